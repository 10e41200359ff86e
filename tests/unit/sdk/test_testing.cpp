// The fakes that plugin authors test with, used as an author would.
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <numeric>
#include <thread>

using namespace patchbay;
using namespace nlohmann::literals;

namespace {

Task<> endless() {
    for (;;) co_await sleep_for(1ms);
}

class Example final : public Plugin {
public:
    explicit Example(const Settings& settings) : greeting_{settings.get("greeting", "Hello")} {
        if (settings.get("refuse", false)) settings.fail("refuse", "is refused");
    }
    ~Example() override { ++destroyed; }

    void start() override {
        if (greeting_ == "throw") throw std::runtime_error{"start failed"};
        started = run_until_complete(where(0ms));
    }
    void stop() override {
        ++stopped;
        log_info("stopped on ", thread_name());
    }

    void add_handlers(Handlers& handlers) override {
        handlers.async("hello", [this](Request& request) { return hello(request); })
            .route("GET /hello/{name}");
        handlers.inline_("self", [](Request&) { return Response::text("literal"); }).route("GET /hello/self");
        handlers.blocking("report", [](Request&) { return Response::text(std::string{thread_name()}); })
            .route("GET /report");
        handlers.async("offload", [](Request&) { return offload(); }).route("GET /offload");
        handlers.inline_("echo", [](Request& request) { return echo(request); }).route("POST,PUT /echo");
        handlers
            .inline_("refuse",
                     [](Request&) -> Response { throw HttpError{http::status::conflict, "Taken."}; })
            .route("/refuse");
        handlers.async("fail", [](Request& request) { return fail(request); }).route("/fail/{when}");
        handlers.blocking("odd", [](Request&) -> Response { throw 7; }).route("/odd");
        handlers.async("stuck", [this](Request&) { return stuck(); }).route("/stuck");
        handlers.inline_("ticker", [](Request&) { return start_ticker(); }).route("POST /ticker");
        handlers.async("keep", [this](Request&) { return keep(); }).route("POST /keep");
        handlers.inline_("sign_in", [](Request& request) { return sign_in(request); }).route("POST /sign-in");
        handlers.inline_("sum", [](Request& request) { return sum(request); }).route("POST /sum");
        handlers.async("stream", [](Request& request) { return stream(request); }).route("/stream/{kind}");
        handlers.inline_("number", [](Request& request) { return number(request); }).route("/number/{n}");
    }

    static inline int destroyed = 0;
    static inline int stopped = 0;
    std::string started;
    std::atomic<bool> cancelled = false;
    LoopExecutor kept;

private:
    static Task<std::string> where(std::chrono::milliseconds pause) {
        co_await sleep_for(pause);
        co_return std::string{thread_name()};
    }
    static Task<> one_two(BodyWriter& out) {
        co_await out.write("one ");
        co_await sleep_for(1ms);
        co_await out.write("two on " + std::string{thread_name()});
    }
    static Task<> broken(BodyWriter& out) {
        co_await out.write("one ");
        throw std::runtime_error{"broken"};
    }
    static void one_two_blocking(BlockingBodyWriter& out) {
        out.write("one ");
        out.write("two on " + std::string{thread_name().substr(0, 8)});
    }
    static Task<Response> stream(Request& request) {
        const std::string_view kind = request.path_param("kind");
        if (kind == "async") co_return Response::stream(one_two, "text/plain");
        if (kind == "broken") co_return Response::stream(broken, "text/plain");
        if (kind == "mixed") co_await sleep_for(1ms);
        co_return Response::stream_blocking(one_two_blocking, "text/plain");
    }
    Task<Response> hello(Request& request) {
        const std::string thread = co_await where(1ms);
        log_info("greeted ", request.path_param("name"));
        co_return Response::text(greeting_ + ", " + std::string{request.path_param("name")} + " from " +
                                 thread);
    }
    static Task<Response> offload() {
        std::string there = co_await run_blocking([] { return std::string{thread_name()}; });
        co_return Response::text(std::move(there));
    }
    static Response echo(Request& request) {
        std::string text{request.method_name()};
        text.append(" ").append(request.query("q").value_or("-")).append(" ");
        text.append(request.header("X-Mark").value_or("-")).append(" ").append(request.body());
        return Response::text(std::move(text));
    }
    static Task<Response> fail(Request& request) {
        if (request.path_param("when") == "later") co_await sleep_for(1ms);
        throw std::runtime_error{"a secret"};
    }
    Task<Response> stuck() {
        try {
            co_await sleep_for(1h);
        } catch (const boost::system::system_error&) {
            cancelled = true;
            throw;
        }
        co_return Response{};
    }
    static Response start_ticker() {
        spawn(endless());
        return Response{http::status::accepted};
    }
    Task<Response> keep() {
        kept = co_await this_task::executor;
        co_return Response{};
    }
    static Response sign_in(Request& request) {
        const std::string name = request.form().get("name").value_or("");
        return Response::text(name + std::string{request.cookie("visit").value_or("")}).cookie({"user", "1"});
    }
    static Response sum(Request& request) {
        const auto numbers = request.read_json([](const JsonReader& in) { return in.list<int>(); });
        return Response::text(std::to_string(std::accumulate(numbers.begin(), numbers.end(), 0)));
    }
    static Response number(Request& request) {
        return Response::text(std::to_string(request.path_param<int>("n")));
    }

    std::string greeting_;
};

using App = testing::App<Example>;

}  // namespace

TEST_CASE("an App constructs, starts, asks, stops and destroys the plugin") {
    const int destroyed = Example::destroyed;
    const int stopped = Example::stopped;
    App app{R"({"greeting": "Servus", "typo": 1})"_json};
    CHECK(app.plugin().started == "loop-0");
    const Response response = app.get("/hello/Ada%20L");
    CHECK(response.status() == http::status::ok);
    CHECK(response.body() == "Servus, Ada L from loop-0");
    CHECK(app.leases() == 0);
    CHECK(app.unused_settings() == std::vector<std::string>{"settings.plugin.typo"});
    app.close();
    app.close();
    CHECK(Example::destroyed == destroyed + 1);
    CHECK(Example::stopped == stopped + 1);
    REQUIRE(app.log().size() == 2);
    CHECK(app.log()[0].message == "greeted Ada L");
    CHECK(app.log()[0].plugin == "plugin");
    CHECK(app.log()[1].message == "stopped on control");
    CHECK_THROWS_AS(app.get("/report"), std::logic_error);
}

TEST_CASE("each kind of handler runs where the host would run it") {
    App app;
    CHECK_THAT(app.get("/report").body(), Catch::StartsWith("executor-"));
    CHECK_THAT(app.get("/offload").body(), Catch::StartsWith("executor-"));
    CHECK(app.get("/hello/self").body() == "literal");  // the most specific route
    CHECK(thread_name().empty());                       // the test's own thread is none of the host's
}

TEST_CASE("method, query, headers and body reach the handler") {
    App app;
    CHECK(app.post("/echo?q=a+b", "body", {{"x-mark", "1"}}).body() == "POST a b 1 body");
    testing::RequestOptions options;
    options.method = http::verb::put;
    options.target = "/echo";
    CHECK(app.request(options).body() == "PUT - - ");
}

TEST_CASE("forms, cookies and JSON are sent as browsers and clients do") {
    App app;
    const testing::Fields fields{{"x", "1"}, {"name", "Ada & Löwe = 100%+\n"}};
    const Response signed_in =
        app.post_form("/sign-in", fields, {testing::cookies({{"a", "b"}, {"visit", "7"}})});
    CHECK(signed_in.body() == "Ada & Löwe = 100%+\n7");
    CHECK_THAT(std::string{*signed_in.find_header("Set-Cookie")}, Catch::StartsWith("user=1;"));
    CHECK(app.post_json("/sum", {1, 2, 39}).body() == "42");
    const Response refused = app.post_json("/sum", {1, "2"});
    CHECK(refused.status() == http::status::unprocessable_entity);
    CHECK(nlohmann::json::parse(refused.body()).at("errors")[0].at("pointer") == "/1");
    CHECK(app.post_form("/sum", fields).status() == http::status::unsupported_media_type);
    CHECK(app.post_json("/sign-in", 1).status() == http::status::unsupported_media_type);
}

TEST_CASE("requests without a route are 400, 404 or 405; HEAD is answered without a body") {
    App app;
    CHECK(app.get("/nowhere").status() == http::status::not_found);
    CHECK(app.get("no-path").status() == http::status::bad_request);
    CHECK(app.get("/bad%zz").status() == http::status::bad_request);
    const Response wrong = app.get("/echo");
    CHECK(wrong.status() == http::status::method_not_allowed);
    CHECK(wrong.find_header("Allow") == "POST, PUT, OPTIONS");
    testing::RequestOptions head;
    head.method = http::verb::head;
    head.target = "/report";
    CHECK(app.request(head).status() == http::status::ok);
    CHECK(app.request(head).body().empty());
}

TEST_CASE("an HttpError is the answer; any other exception a neutral 500 whose detail is in the log only") {
    App app;
    const Response refused = app.get("/refuse");
    CHECK(refused.status() == http::status::conflict);
    CHECK_THAT(refused.body(), Catch::Contains("Taken."));
    CHECK(app.get("/number/x").status() == http::status::bad_request);
    CHECK(app.log().empty());
    const auto target = GENERATE(as<std::string>{}, "/fail/now", "/fail/later", "/odd");
    const Response failed = app.get(target);
    CHECK(failed.status() == http::status::internal_server_error);
    CHECK_THAT(failed.body(), !Catch::Contains("secret"));
    const auto id = nlohmann::json::parse(failed.body()).at("error_id").get<std::string>();
    REQUIRE(app.log().size() == 1);
    CHECK(app.log()[0].level == LogLevel::error);
    CHECK_THAT(app.log()[0].message,
               Catch::Contains(id) && Catch::Contains(target == "/odd" ? "no std" : "a secret"));
}

TEST_CASE("several threads may ask at once") {
    App app;
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 25; ++i)
                if (app.get(i % 2 ? "/report" : "/hello/x").status() == http::status::ok) ++right;
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 100);
}

TEST_CASE("a handler that doesn't answer is cancelled after the limit") {
    testing::Options options;
    options.request_limit = 20ms;
    App app{nlohmann::json::object(), options};
    CHECK_THROWS_WITH(app.get("/stuck"), Catch::Contains("no answer to /stuck from handler 'stuck'"));
    app.get("/hello/self");  // the loop has passed the cancellation
    CHECK(app.plugin().cancelled);
}

TEST_CASE("a stream without an end stops once nobody waits for it") {
    class Endless final : public Plugin {
    public:
        void add_handlers(Handlers& handlers) override {
            handlers
                .inline_("events",
                         [](Request&) {
                             return Response::events_blocking([](BlockingEventWriter& out) {
                                 for (;;) out.send("again");
                             });
                         })
                .route("GET /events");
        }
    };
    testing::App<Endless> app{nlohmann::json::object(), {.request_limit = 20ms}};
    CHECK_THROWS_WITH(app.get("/events"), Catch::Contains("no answer to /events"));
    app.close();
}

TEST_CASE("a full executor queue is a 503") {
    testing::Options options;
    options.executor_queue = 0;
    App app{nlohmann::json::object(), options};
    const Response response = app.get("/report");
    CHECK(response.status() == http::status::service_unavailable);
    CHECK(response.find_header("Retry-After") == "1");
}

TEST_CASE("a streamed body is collected") {
    App app;
    for (const char* kind : {"async", "blocking", "mixed"}) {
        INFO(kind);
        const Response response = app.get(std::string{"/stream/"} + kind);
        CHECK(response.status() == http::status::ok);
        CHECK(response.body() ==
              "one two on " + std::string{kind == std::string{"async"} ? "loop-0" : "executor"});
        CHECK_FALSE(response.source());
    }
    CHECK(app.get("/stream/broken").status() == http::status::internal_server_error);
    app.close();
    CHECK(app.leases() == 0);
}

TEST_CASE("spawned tasks are cancelled when the App closes") {
    testing::Options options;
    options.drain = 1ms;
    App app{nlohmann::json::object(), options};
    CHECK(app.post("/ticker", "").status() == http::status::accepted);
    CHECK(app.leases() > 0);
    app.close();
    CHECK(app.leases() == 0);
}

TEST_CASE("what the constructor or start() throws reaches the test, and nothing is left") {
    const int destroyed = Example::destroyed;
    const int stopped = Example::stopped;
    CHECK_THROWS_AS(App{R"({"refuse": true})"_json}, SettingsError);
    CHECK_THROWS_WITH(App{R"({"greeting": "throw"})"_json}, "start failed");
    CHECK(Example::destroyed == destroyed + 1);  // of the second; the first was never constructed
    CHECK(Example::stopped == stopped);
}

TEST_CASE("close() reports a lease that is never given back, and never destroys the plugin then") {
    testing::Options options;
    options.drain = 1ms;
    options.close_limit = 1ms;
    options.plugin = "keeper";
    const int destroyed = Example::destroyed;
    App app{nlohmann::json::object(), options};
    app.post("/keep", "");
    CHECK(app.leases() == 1);
    CHECK_THROWS_WITH(app.close(), Catch::Contains("1 lease(s) on plugin 'keeper' are still held"));
    CHECK(Example::destroyed == destroyed);
}

TEST_CASE("run() gives a task's result, its exception, or TimedOut") {
    CHECK_THROWS_AS(testing::run(endless(), 1ms), TimedOut);
}
