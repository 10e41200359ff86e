#include <patchbay/handlers.hpp>

#include <catch2/catch.hpp>

using namespace patchbay;

namespace {

Response plain(Request&) { return Response::text("plain"); }
Task<Response> coroutine(Request&) { co_return Response::text("async"); }

}  // namespace

TEST_CASE("handlers keep their kind, name, routes and order") {
    Handlers handlers;
    handlers.async("one", coroutine).route("GET /one").route("POST /uno");
    handlers.blocking("two", plain).route("/two/{id:int}");
    handlers.inline_("three_3", plain);
    REQUIRE(handlers.entries().size() == 3);
    const auto& [one, two, three] =
        std::tie(handlers.entries()[0], handlers.entries()[1], handlers.entries()[2]);
    CHECK((one.kind == HandlerKind::async && one.async && !one.plain));
    CHECK((two.kind == HandlerKind::blocking && two.plain && !two.async));
    CHECK((three.kind == HandlerKind::inline_ && three.plain && three.routes.empty()));
    REQUIRE(one.routes.size() == 2);
    CHECK(one.routes[0].methods == MethodSet{http::verb::get});
    CHECK(one.routes[1].pattern.text() == "/uno");
    CHECK(two.routes[0].methods == MethodSet::all());
    CHECK(std::string_view{one.where.file_name()}.ends_with("test_handlers.cpp"));
}

TEST_CASE("a handler's name is unique and made of a-z, 0-9 and '_'") {
    Handlers handlers;
    handlers.inline_("taken", plain);
    CHECK_THROWS_WITH(handlers.async("taken", coroutine), "handler 'taken' is declared twice");
    const auto name = GENERATE("", "Capital", "a.b", "a-b", "a b", "\xc3\xa4");
    CHECK_THROWS_AS(handlers.blocking(name, plain), std::invalid_argument);
    CHECK(handlers.entries().size() == 1);
}

TEST_CASE("a bad route names the handler, the route and the mistake") {
    Handlers handlers;
    auto handler = handlers.inline_("hello", plain);
    CHECK_THROWS_WITH(
        handler.route("GET /a/{x:number}"),
        Catch::StartsWith("handler 'hello': route \"GET /a/{x:number}\": unknown type 'number'"));
    CHECK_THROWS_AS(handler.route("FETCH /a"), std::invalid_argument);
    CHECK_THROWS_AS(handler.route("GET a"), std::invalid_argument);
    CHECK(handlers.entries().front().routes.empty());
}

TEST_CASE("each kind has a name") {
    CHECK(to_string(HandlerKind::async) == "async");
    CHECK(to_string(HandlerKind::blocking) == "blocking");
    CHECK(to_string(HandlerKind::inline_) == "inline");
}
