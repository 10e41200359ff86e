// The server that the measurements are made with: conf/contract.yaml serves it.
#include "echo_messages.hpp"

#include <patchbay/plugin.hpp>

#include <thread>

using namespace patchbay;

namespace {

class Contract final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("hello", hello).route("GET /");
        handlers.async("json", json).route("GET /json");
        handlers.async("user", user).route("GET /users/{id}");
        handlers.async("await", wait).route("GET /await");
        handlers.async("echo", echo).route("POST /echo").route("POST /");
        handlers.async("getonly", hello).route("GET /getonly");
        handlers.inline_("inline", [](Request&) { return Response::text("Hello, World!"); })
            .route("GET /inline");
        handlers.blocking("blocking", blocking).route("GET /blocking");
        handlers.websocket("ws", echo_messages).route("GET /ws");
        handlers.websocket("joined", [this](Request&, WebSocket& socket) { return joined(socket); })
            .route("GET /joined");
        handlers.async("publish", [this](Request& request) { return publish(request); })
            .route("POST /publish");
        handlers.websocket("ws_deflate", echo_messages, {.compression = true}).route("GET /ws-deflate");
    }

private:
    static Task<Response> hello(Request&) { co_return Response::text("Hello, World!"); }
    static Task<Response> json(Request&) { co_return Response::json({{"message", "Hello, World!"}}); }
    static Task<Response> user(Request& request) {
        co_return Response::text(std::string{request.path_param("id")});
    }
    static Task<Response> echo(Request& request) { co_return Response::bytes(std::string{request.body()}); }
    static Task<Response> wait(Request&) {
        co_await sleep_for(10ms);
        co_return Response::text("ok");
    }
    static Response blocking(Request&) {
        std::this_thread::sleep_for(10ms);
        return Response::text("ok");
    }
    // Before it accepts, so that a client has joined once it has the answer to its handshake.
    Task<> joined(WebSocket& socket) {
        socket.join(news_);
        while (const auto message = co_await socket.receive()) {
        }
    }
    Task<Response> publish(Request& request) {
        news_.publish(request.body());
        co_return Response::text("published");
    }

    Channel news_{"contract/news"};
};

}  // namespace

PATCHBAY_PLUGIN(Contract, "contract", "1.0.0");
