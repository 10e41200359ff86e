// WebSocket handlers as a plugin declares them, and what becomes of them without a server.
#include "support/eventually.hpp"

#include <patchbay/plugin.hpp>
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <optional>
#include <stdexcept>

using namespace patchbay;

namespace {

Task<> says_nothing(Request&, WebSocket&) { co_return; }

std::atomic<int> ended{0};
std::optional<WebSocketSender> kept;
int taken = 0;  // by an outbox

struct TellsItsEnd {
    TellsItsEnd() = default;
    TellsItsEnd(const TellsItsEnd&) = delete;
    TellsItsEnd& operator=(const TellsItsEnd&) = delete;
    ~TellsItsEnd() { ++ended; }
};

class Talker final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.websocket("talk", talk).route("/talk");
        handlers.websocket("refuse", refuse).route("GET /refuse");
        handlers.websocket("reserved", reserved).route("GET /reserved");
        handlers.websocket("lent", lent).route("GET /lent");
        handlers.websocket("fill", fill, {.outbox = 1024, .when_full = WebSocketOverflow::drop})
            .route("GET /fill");
    }

private:
    static Task<> talk(Request& request, WebSocket& socket) {
        const TellsItsEnd counted;
        socket.header("X-Path", request.path());
        while (auto message = co_await socket.receive()) co_await socket.send(message->text());
    }
    static Task<> refuse(Request&, WebSocket&) {
        throw HttpError{http::status::forbidden, "Not you."};
        co_return;
    }
    static Task<> lent(Request& request, WebSocket& socket) {
        kept = socket.sender();
        if (request.query("refuse")) throw HttpError{http::status::forbidden};
        co_return;
    }
    static Task<> fill(Request&, WebSocket& socket) {
        const WebSocketSender sender = socket.sender();
        for (taken = 0; taken < 1000 && sender.post(""); ++taken) {
        }
        throw HttpError{http::status::conflict};
        co_return;
    }
    static Task<> reserved(Request&, WebSocket& socket) {
        socket.header("sec-websocket-accept", "x");
        co_return;
    }
};

}  // namespace

TEST_CASE("a WebSocket's route takes GET alone") {
    Handlers handlers;
    HandlerRef handler = handlers.websocket("talk", says_nothing);
    handler.route("/any");
    CHECK(handlers.entries().front().routes.front().methods == MethodSet{http::verb::get});
    CHECK_THROWS_WITH(handler.route("POST /talk"), Catch::Contains("takes no other method"));
    CHECK_THROWS_WITH(handler.route("GET,HEAD /talk"), Catch::Contains("takes no other method"));
    CHECK_THROWS_AS(handler.streams_body(), std::logic_error);
}

TEST_CASE("options that make no sense are refused where they are declared") {
    Handlers handlers;
    CHECK_THROWS_AS(handlers.websocket("a", says_nothing, {.subprotocols = {"no token"}}),
                    std::invalid_argument);
    CHECK_THROWS_AS(handlers.websocket("b", says_nothing, {.pong_timeout = 0ms}), std::invalid_argument);
    CHECK_THROWS_AS(handlers.websocket("c", says_nothing, {.close_timeout = -1ms}), std::invalid_argument);
    CHECK_THROWS_AS(handlers.websocket("d", says_nothing, {.cleanup_timeout = 0ms}), std::invalid_argument);
}

TEST_CASE("codes that may not be sent are refused") {
    CHECK_THROWS_AS(WebSocketError{CloseCode::abnormal}, std::invalid_argument);
    CHECK_THROWS_AS(WebSocketError{static_cast<CloseCode>(2000)}, std::invalid_argument);
    CHECK(WebSocketError{static_cast<CloseCode>(4999)}.code() == static_cast<CloseCode>(4999));
}

TEST_CASE("text is asked of a text message only") {
    CHECK(WebSocketMessage{"a", true}.text() == "a");
    CHECK(WebSocketMessage{"a", false}.bytes() == "a");
    CHECK_THROWS_AS((WebSocketMessage{"a", false}.text()), WebSocketError);
}

TEST_CASE("a test's App gives the answer to the handshake, and ends the handler") {
    ended = 0;
    {
        testing::App<Talker> app;
        const Response accepted = app.get("/talk");
        CHECK(static_cast<int>(accepted.status()) == 101);
        CHECK(accepted.find_header("X-Path") == "/talk");
        const Response refused = app.get("/refuse");
        CHECK(refused.status() == http::status::forbidden);
        CHECK(app.get("/reserved").status() == http::status::internal_server_error);
    }
    CHECK(ended == 1);
}

TEST_CASE("a sender outlives a socket that never was") {
    testing::App<Talker> app;
    CHECK(app.get("/lent?refuse").status() == http::status::forbidden);
    CHECK_FALSE(kept->post("a"));
    CHECK(static_cast<int>(app.get("/lent").status()) == 101);
    CHECK(test::eventually([] { return !kept->post("a"); }));
    kept.reset();
}

TEST_CASE("an outbox counts what its messages take besides their payloads") {
    testing::App<Talker> app;
    CHECK(app.get("/fill").status() == http::status::conflict);
    CHECK(taken > 1);
    CHECK(taken < 100);
}
