// Early hints and trailer fields, as plugin authors test them.
#include "request_fixture.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

using namespace patchbay;

namespace {

class Hinting final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("page", page).route("GET /page");
        handlers.blocking("report", [](Request& request) { return hinted(request); }).route("GET /report");
        handlers.inline_("quick", [](Request& request) { return hinted(request); }).route("GET /quick");
        handlers.inline_("sum", sum).route("POST /sum");
    }

private:
    static Response hinted(Request& request) {
        request.send_early_hints({{"Link", "</a.css>; rel=preload"}, {"X-A", "1"}});
        return Response::text("hinted");
    }
    static Task<Response> page(Request& request) {
        request.send_early_hints({{"X-B", "2"}});
        co_await sleep_for(1ms);
        co_return Response::text("page");
    }
    static Response sum(Request& request) {
        return Response::text(std::string{request.body()} + " " +
                              std::string{request.trailer("X-SUM").value_or("none")});
    }
};

}  // namespace

TEST_CASE("a test sees the early hints of its handlers") {
    testing::App<Hinting> app;
    CHECK(app.get("/report").body() == "hinted");
    CHECK(app.get("/page").body() == "page");
    CHECK(app.get("/quick").body() == "hinted");
    const std::vector<testing::Headers> expected{{{"Link", "</a.css>; rel=preload"}, {"X-A", "1"}},
                                                 {{"X-B", "2"}}};
    CHECK(app.early_hints() == expected);
}

TEST_CASE("a test gives its request trailer fields") {
    testing::App<Hinting> app;
    testing::RequestOptions options{http::verb::post, "/sum", {}, "body"};
    options.trailers = {{"x-sum", "7"}};
    CHECK(app.request(options).body() == "body 7");
    CHECK(app.post("/sum", "body").body() == "body none");
}

TEST_CASE("early hints are held to what a header may be, and need somebody to tell") {
    patchbay::test::RequestFixture fixture;
    CHECK_NOTHROW(fixture.request.send_early_hints({{"Link", "</a>"}}));
    CHECK_THROWS_AS(fixture.request.send_early_hints({{"Li nk", "</a>"}}), std::invalid_argument);
    CHECK_THROWS_AS(fixture.request.send_early_hints({{"Link", "a\r\nb"}}), std::invalid_argument);
    CHECK_THROWS_AS(fixture.request.send_early_hints({{"Connection", "close"}}), std::invalid_argument);
}
