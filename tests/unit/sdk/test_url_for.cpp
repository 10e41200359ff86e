#include <patchbay/detail/route_names.hpp>
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay;

namespace {

detail::RouteNames example_names() {
    detail::RouteNames names;
    names.add("shop.item", RoutePattern::parse("/items/{id:int}").value());
    names.add("shop.item", RoutePattern::parse("/items/{id:int}/{view}").value());
    names.add("shop.file", RoutePattern::parse("/files/{rest:path}").value());
    names.add("shop.odd", RoutePattern::parse("/a b/%2F/{x}/").value());
    names.add("shop.order", RoutePattern::parse("/orders/{id:uuid}").value());
    names.add("shop.root", RoutePattern::parse("/").value());
    return names;
}

std::string complaint_about(std::string_view handler, FieldList values) {
    try {
        return "no complaint: " + example_names().path_of(handler, values);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

class Linking final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("go", go).route("GET /go/{to}");
        handlers
            .blocking("item",
                      [](Request& request) { return Response::text(request.url_for("go", {{"to", "x"}})); })
            .route("GET /items/{id:int}");
        handlers.inline_("bad", [](Request& request) { return Response::text(request.url_for("nothing")); })
            .route("GET /bad");
    }

private:
    static Task<Response> go(Request& request) {
        const std::string to{request.path_param("to")};
        co_await sleep_for(1ms);
        co_return Response::redirect(request.url_for("shop.item", {{"id", to}}));
    }
};

}  // namespace

TEST_CASE("a path is made of a handler's pattern and its parameters") {
    const auto names = example_names();
    CHECK(names.path_of("shop.item", {{"id", "-42"}}) == "/items/-42");
    CHECK(names.path_of("shop.item", {{"view", "a/b c"}, {"id", "1"}}) == "/items/1/a%2Fb%20c");
    CHECK(names.path_of("shop.file", {{"rest", "a/b c/..d"}}) == "/files/a/b%20c/..d");
    CHECK(names.path_of("shop.odd", {{"x", "100%?#&'\"<\xc3\xa9"}}) ==
          "/a%20b/%2F/100%25%3F%23%26%27%22%3C%C3%A9/");
    CHECK(names.path_of("shop.order", {{"id", "123e4567-e89b-12d3-a456-426614174000"}}) ==
          "/orders/123e4567-e89b-12d3-a456-426614174000");
    CHECK(names.path_of("shop.root", {}) == "/");
}

TEST_CASE("what makes no path is a mistake with a sentence") {
    CHECK(complaint_about("shop.cart", {}) == "patchbay: no handler 'shop.cart' is served");
    CHECK(complaint_about("shop.item", {}) ==
          "patchbay: the path /items/{id:int} of handler 'shop.item' lacks a value for 'id'");
    CHECK(complaint_about("shop.item", {{"id", "1"}, {"page", "2"}}) ==
          "patchbay: the path /items/{id:int} of handler 'shop.item' has no parameter 'page'");
    CHECK(complaint_about("shop.item", {{"id", "one"}}) ==
          "patchbay: the path /items/{id:int} of handler 'shop.item' can't have 'one' for 'id'");
    for (const std::string_view value : {"", ".", "..", "a\nb", "\xff"})
        CHECK(complaint_about("shop.item", {{"id", "1"}, {"view", value}}).find("can't have") !=
              std::string::npos);
    for (const std::string_view value : {"", "/a", "a/../b", "a/."})
        CHECK(complaint_about("shop.file", {{"rest", value}}).find("can't have") != std::string::npos);
}

TEST_CASE("the host takes a path for the handler and the values that it was made of") {
    const auto names = example_names();
    const auto pattern = RoutePattern::parse("/items/{id:int}/{view}").value();
    for (const std::string_view value :
         {"plain", "a b", "100%", "?x=1#y", "\xc3\xa9", "a+b&c", "~!$*(),;=:@"}) {
        const std::string path = names.path_of("shop.item", {{"id", "7"}, {"view", value}});
        std::string decoded;
        std::size_t fault_at = 0;
        REQUIRE(detail::decode_path(path, decoded, fault_at) == detail::PathFault::none);
        PathParams params;
        REQUIRE(pattern.match(decoded, params));
        CHECK(params.find("view") == value);
    }
}

TEST_CASE("handlers find paths in tests as they do in the host") {
    testing::Options options;
    options.plugin = "shop";
    testing::App<Linking> app{{}, options};
    CHECK(app.get("/go/12").find_header("Location") == "/items/12");
    CHECK(app.get("/items/1").body() == "/go/x");
    CHECK(app.get("/bad").status() == http::status::internal_server_error);
    REQUIRE(app.log().size() == 1);
    CHECK(app.log().front().message.find("no handler 'shop.nothing' is served") != std::string::npos);
}
