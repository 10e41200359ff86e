// Filters, attached values and error handlers, tested as their author would.
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace patchbay;

namespace {

struct User {
    std::string name;
};

struct Trace {
    explicit Trace(int& counter) : alive{&counter} { ++counter; }
    Trace(Trace&& other) noexcept : alive{std::exchange(other.alive, nullptr)} {}
    ~Trace() {
        if (alive) --*alive;
    }
    int* alive;
};

struct Missing {};

class Accounts final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.filter("user")
            .before([](Request& request) -> Task<std::optional<Response>> {
                co_await sleep_for(1ms);
                const auto name = request.header("X-User");
                if (!name) co_return Response{http::status::unauthorized};
                request.attach(User{std::string{*name}});
                co_return std::nullopt;
            })
            .after([](Request& request, Response& response) {
                const User* const user = request.find_attached<User>();
                response.header("X-For", user ? user->name : "nobody");
            });
        handlers.filter("trace")
            .before([](Request& request) { request.attach(Trace{alive}); })
            .after([](Request&, Response& response) -> Task<> {
                co_await sleep_for(1ms);
                response.header("X-Alive", std::to_string(alive));
            });
        handlers.filter("refuse").before([](Request&) -> Task<> {
            co_await sleep_for(1ms);
            throw HttpError{http::status::forbidden, "Not you."};
        });
        handlers.filter("broken").after([](Request&, Response&) { throw std::runtime_error{"broken"}; });
        handlers.on_exception<Missing>([](Request&, const Missing&) { return Response{http::status::gone}; });
        handlers.on_error(http::status::gone,
                          [](Request&, Response& response) { response.header("X-Page", "gone"); });
        const auto me = [](Request& request) { return Response::text(request.attached<User>().name); };
        handlers.inline_("inline", me).route("/inline").filter("user");
        handlers.blocking("blocking", me).route("/blocking").filter("user");
        handlers
            .async("async",
                   [](Request& request) -> Task<Response> {
                       co_await sleep_for(1ms);
                       co_return Response::text(request.attached<User>().name);
                   })
            .route("/async")
            .filter("user");
        handlers.inline_("plain", [](Request&) { return Response::text("plain"); }).route("/plain");
        handlers.inline_("gone", [](Request&) -> Response { throw Missing{}; }).route("/gone");
        handlers
            .async("gone_later",
                   [](Request&) -> Task<Response> {
                       co_await sleep_for(1ms);
                       throw Missing{};
                   })
            .route("/gone-later");
    }

    static inline int alive = 0;
};

testing::Options with(std::vector<std::string> filters) {
    testing::Options options;
    options.filters = std::move(filters);
    return options;
}

const testing::Headers ada{{"X-User", "Ada"}};

}  // namespace

TEST_CASE("a handler's own filter answers, or leaves it a value") {
    testing::App<Accounts> app;
    for (const char* target : {"/inline", "/blocking", "/async"}) {
        INFO(target);
        const Response known = app.get(target, ada);
        CHECK(known.status() == http::status::ok);
        CHECK(known.body() == "Ada");
        CHECK(known.find_header("X-For") == "Ada");
        const Response unknown = app.get(target);
        CHECK(unknown.status() == http::status::unauthorized);
        CHECK(unknown.find_header("X-For") == "nobody");
    }
    CHECK(!app.get("/plain").find_header("X-For"));
    CHECK(app.leases() == 0);
}

TEST_CASE("filters of the options stand around all handlers, outside their own") {
    testing::App<Accounts> app{nlohmann::json::object(), with({"trace"})};
    const Response answer = app.get("/async", ada);
    CHECK(answer.body() == "Ada");
    CHECK(answer.find_header("X-Alive") == "1");
    CHECK(app.get("/async").find_header("X-Alive") == "1");
    CHECK(app.get("/plain").find_header("X-Alive") == "1");
    CHECK(app.leases() == 0);
    CHECK(Accounts::alive == 0);
}

TEST_CASE("what a filter throws is answered, and those outside see the answer") {
    {
        testing::App<Accounts> app{nlohmann::json::object(), with({"trace", "refuse", "user"})};
        const Response refused = app.get("/plain");
        CHECK(refused.status() == http::status::forbidden);
        CHECK(refused.find_header("X-Alive") == "1");
        CHECK(!refused.find_header("X-For"));
    }
    testing::App<Accounts> app{nlohmann::json::object(), with({"trace", "broken"})};
    const Response broken = app.get("/plain");
    CHECK(broken.status() == http::status::internal_server_error);
    CHECK(broken.find_header("X-Alive") == "1");
    CHECK(app.log().back().message.find("filter broken failed: ") == 0);
}

TEST_CASE("exceptions and statuses that the plugin has an answer to") {
    testing::App<Accounts> app;
    testing::App<Accounts> filtered{nlohmann::json::object(), with({"trace"})};
    for (const char* target : {"/gone", "/gone-later"}) {
        for (testing::App<Accounts>* asked : {&app, &filtered}) {
            const Response answer = asked->get(target);
            CHECK(answer.status() == http::status::gone);
            CHECK(answer.header_lines() ==
                  (asked == &app ? "X-Page: gone\r\n" : "X-Page: gone\r\nX-Alive: 1\r\n"));
            CHECK(asked->log().empty());
        }
    }
}

TEST_CASE("mistakes in declaring filters") {
    Handlers handlers;
    handlers.filter("one").before([](Request&) {});
    CHECK_THROWS_AS(handlers.filter("one"), std::invalid_argument);
    CHECK_THROWS_AS(handlers.filter("One"), std::invalid_argument);
    CHECK_THROWS_AS(
        handlers.filter("two").before([](Request&) {}).before([](Request&) -> Task<> { co_return; }),
        std::logic_error);
    handlers.on_error(http::status::gone, [](Request&, Response&) {});
    CHECK_THROWS_AS(handlers.on_error(http::status::gone, [](Request&, Response&) {}), std::invalid_argument);
    CHECK_THROWS_WITH((testing::App<Accounts>{nlohmann::json::object(), with({"usr"})}),
                      "Options::filters: the plugin has no filter 'usr'");
}

TEST_CASE("of several values of a type the newest is found, and all end") {
    int alive = 0;
    detail::RequestData data;
    Request request{data};
    CHECK(request.find_attached<User>() == nullptr);
    CHECK_THROWS_AS(request.attached<User>(), std::logic_error);
    request.attach(User{"first"});
    request.attach(Trace{alive});
    CHECK(request.attach(User{"second"}).name == "second");
    CHECK(request.attached<User>().name == "second");
    CHECK(alive == 1);
    detail::drop_values(data);
    CHECK(alive == 0);
    CHECK(data.attached == nullptr);
}
