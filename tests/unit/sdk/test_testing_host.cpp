// Where testing::App answers as the host does, so that what an author's test has seen is what callers see.
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace patchbay;

namespace {

class Desk final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        const auto target = [](Request& request) { return Response::text(request.path()); };
        handlers.inline_("files", target).route("GET /files/{name}");
        handlers.inline_("client", [](Request& request) { return client(request); })
            .route("GET,POST /client");
        handlers.inline_("head", [](Request&) { return Response{http::status::accepted}; })
            .route("HEAD /client");
        handlers
            .inline_("nothing", [](Request&) { return Response::text("x").status(http::status::no_content); })
            .route("/nothing");
        handlers.inline_("fail", [](Request&) -> Response { throw std::runtime_error{"secret"}; })
            .route("/fail");
        handlers.blocking("wait", [](Request&) { return Response{}; }).route("/wait");
        handlers.on_error(http::status::internal_server_error,
                          [](Request&, Response& response) { response.header("X-Page", "500"); });
        handlers.on_error(http::status::service_unavailable,
                          [](Request&, Response& response) { response.header("X-Page", "503"); });
    }

private:
    static Response client(Request& request) {
        std::string text{request.host()};
        text.append(" ").append(request.header("Content-Length").value_or("-"));
        return Response::text(std::move(text));
    }
};

class Clash final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        const auto answer = [](Request&) { return Response{}; };
        handlers.inline_("one", answer).route("GET,POST /notes/{id}");
        handlers.inline_("two", answer).route("PUT /notes/{name}").route("GET /notes/{name}");
    }
};

using DeskApp = testing::App<Desk>;

Response ask(DeskApp& app, http::verb method, std::string target) {
    testing::RequestOptions options;
    options.method = method;
    options.target = std::move(target);
    return app.request(options);
}

}  // namespace

TEST_CASE("an App reads a target as the host does") {
    DeskApp app;
    CHECK(app.get("/files/../files/./a").body() == "/files/a");
    CHECK(app.get("/x/%2e%2e/files/a%20b").body() == "/files/a b");
    const auto wrong = GENERATE(as<std::string>{}, "/../files/a", "/files/a b", "/files/a#top",
                                "/files/a?q#b", "/files/%00", "/files/%ff");
    CHECK(app.get(wrong).status() == http::status::bad_request);
}

TEST_CASE(
    "an DeskApp answers OPTIONS with the methods there are, and HEAD by its own route before that of GET") {
    DeskApp app;
    const Response options = ask(app, http::verb::options, "/files/a");
    CHECK(options.status() == http::status::no_content);
    CHECK(options.find_header("Allow") == "GET, HEAD, OPTIONS");
    CHECK(ask(app, http::verb::options, "/nowhere").status() == http::status::not_found);
    CHECK(ask(app, http::verb::head, "/client").status() == http::status::accepted);
    CHECK(ask(app, http::verb::head, "/files/a").status() == http::status::ok);
}

TEST_CASE("an App's request has a Host, and a Content-Length with its body, unless they are given") {
    DeskApp app;
    CHECK(app.get("/client").body() == "localhost -");
    CHECK(app.post("/client", "body").body() == "localhost 4");
    CHECK(app.post("/client", "body", {{"host", "a.example"}, {"content-length", "9"}}).body() ==
          "a.example 9");
}

TEST_CASE("an App's answer that has no body on the wire has none") {
    DeskApp app;
    const Response nothing = app.get("/nothing");
    CHECK(nothing.status() == http::status::no_content);
    CHECK(nothing.body().empty());
}

TEST_CASE("an App shows a plugin's page for exceptions, and its log line, as the host does") {
    DeskApp app;
    const Response failed = app.get("/fail");
    CHECK(failed.find_header("X-Page") == "500");
    const auto body = nlohmann::json::parse(failed.body());
    CHECK(body.at("detail") == "The server failed to handle this request.");
    REQUIRE(app.log().size() == 1);
    CHECK(app.log()[0].message ==
          "handler fail failed: secret · GET /fail · error id " + body.at("error_id").get<std::string>());
}

TEST_CASE("an App's full executor is the host's answer, which the plugin has no page for") {
    testing::Options options;
    options.executor_queue = 0;
    DeskApp app{nlohmann::json::object(), options};
    const Response busy = app.get("/wait");
    CHECK(busy.status() == http::status::service_unavailable);
    CHECK_FALSE(busy.find_header("X-Page"));
}

TEST_CASE("an App refuses two handlers for the same requests, as the host does") {
    CHECK_THROWS_WITH(
        testing::App<Clash>{},
        "'GET /notes/{name}' of two clashes with 'GET, POST /notes/{id}' of one: both take GET; "
        "change the path or the methods of one");
}

TEST_CASE("an App's settings are an object") {
    CHECK_THROWS_WITH((DeskApp{nlohmann::json::array({"greeting", "Servus"})}),
                      Catch::Contains("a JSON object, not [\"greeting\",\"Servus\"]"));
}
