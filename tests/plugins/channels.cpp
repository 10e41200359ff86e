// Publishes to a channel and reads from it in every way. Built twice: the versions tell the builds apart.
#include <patchbay/plugin.hpp>

#include <optional>
#include <string>

using namespace patchbay;

namespace {

std::optional<std::uint64_t> after(const Request& request) {
    const auto id = request.query("after");
    if (!id) return std::nullopt;
    return std::stoull(std::string{*id});
}

class Channels final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers
            .websocket("joined",
                       [this](Request& request, WebSocket& socket) { return joined(request, socket); })
            .route("GET /joined");
        handlers
            .websocket("joined_drop",
                       [this](Request& request, WebSocket& socket) { return joined(request, socket); },
                       {.outbox = 1000, .when_full = WebSocketOverflow::drop})
            .route("GET /joined_drop");
        handlers.websocket("pumping", [this](Request&, WebSocket& socket) { return pumping(socket); })
            .route("GET /pumping");
        handlers
            .websocket("received",
                       [this](Request& request, WebSocket& socket) { return received(request, socket); })
            .route("GET /received");
        handlers
            .blocking_websocket("threaded", [this](Request& request,
                                                   BlockingWebSocket& socket) { threaded(request, socket); })
            .route("GET /threaded");
        handlers.async("publish", [this](Request& request) { return publish(request); })
            .route("POST /publish");
        handlers.blocking("publish_blocking", [this](Request& request) { return published(request); })
            .route("POST /publish_blocking");
        handlers.inline_("last", [this](Request&) { return Response::text(std::to_string(news_.last_id())); })
            .route("GET /last");
        handlers.blocking("forever", [this](Request&) { return forever(); }).route("GET /forever");
    }
    void stop() override { news_.publish("farewell of " CHANNELS_VERSION); }

private:
    Task<> joined(Request& request, WebSocket& socket) {
        co_await socket.accept();
        const bool all = socket.join(news_, after(request));
        const std::string_view ready = all ? "ready" : "ready, missed";
        co_await socket.send(ready);
        while (const auto message = co_await socket.receive()) {
            if (message->text() == "leave") socket.leave(news_);
            co_await socket.send("left");
        }
    }

    Task<> pumping(WebSocket& socket) {
        co_await socket.accept();
        socket.join(news_);
        const std::string chunk(16 * 1024, 'x');
        for (bool open = true; open;) open = co_await socket.send(chunk);
    }

    Task<> received(Request& request, WebSocket& socket) {
        co_await socket.accept();
        Subscription subscription = news_.subscribe({.queue = 100'000, .after = after(request)});
        const std::string_view ready = subscription.missed() ? "ready, missed" : "ready";
        co_await socket.send(ready);
        co_await when_any(send_all(subscription, socket), closed(socket));
    }
    static Task<> send_all(Subscription& subscription, WebSocket& socket) {
        while (const auto message = co_await subscription.receive()) co_await socket.send(message->text());
    }
    static Task<> closed(WebSocket& socket) {
        while (const auto message = co_await socket.receive()) {
        }
    }

    void threaded(Request& request, BlockingWebSocket& socket) {
        BlockingSubscription subscription =
            news_.subscribe_blocking({.queue = 100'000, .after = after(request)});
        socket.send(subscription.missed() ? "ready, missed" : "ready");
        while (socket.open()) {
            const auto message = subscription.receive_for(20ms);
            if (message) socket.send(message->text());
        }
    }

    Task<Response> publish(Request& request) { co_return published(request); }
    Response published(Request& request) {
        const std::uint64_t id = news_.publish(request.body());
        return Response::text(CHANNELS_VERSION " " + std::to_string(id));
    }

    Response forever() {
        BlockingSubscription subscription = Channel{"silence"}.subscribe_blocking();
        log_info("waits forever");
        try {
            subscription.receive();
        } catch (const std::exception& error) {
            log_info("waited until: ", error.what());
        }
        return Response::text("over");
    }

    Channel news_{"news", {.history = 100'000, .history_bytes = 16 * 1024 * 1024}};
};

}  // namespace

PATCHBAY_PLUGIN(Channels, "channels", CHANNELS_VERSION ".0.0", Concurrency::parallel);
