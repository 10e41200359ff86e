// WebSockets and server-sent events that live across many reloads, with what a client needs to see a gap.
// Built once for each plugin that is served, by its name.
#include <patchbay/plugin.hpp>

#include <string>

using namespace patchbay;

namespace {

class LongLived final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers
            .websocket("count", [this](Request&, WebSocket& socket) { return count(socket); },
                       {.outbox = 4 * 1024 * 1024, .adopt = true})
            .route("GET /" LONGLIVED_NAME "/count");
        handlers.async("events", [this](Request& request) { return events(request); })
            .route("GET /" LONGLIVED_NAME "/events");
        handlers.async("wait", [](Request&) { return wait(); }).route("GET /" LONGLIVED_NAME "/wait");
        handlers
            .inline_("publish",
                     [this](Request& request) {
                         news_.publish(request.body());
                         return Response{};
                     })
            .route("POST /" LONGLIVED_NAME "/publish");
    }

    void stop() override { log_info(LONGLIVED_NAME " has stopped"); }

private:
    // Closed when a number is missing, or comes twice.
    Task<> count(WebSocket& socket) {
        unsigned long last = 0;
        if (const auto state = socket.adopted()) {
            last = std::stoul(std::string{*state});
        } else {
            socket.join(news_);
        }
        while (const auto message = co_await socket.receive()) {
            const std::string expected = std::to_string(++last);
            if (message->text() != expected)
                throw WebSocketError{CloseCode::policy_violation, "not " + expected};
            const std::string answer = "answer " + expected;
            co_await socket.send(answer);
        }
        if (socket.handing_over()) socket.hand_over(std::to_string(last));
    }

    Task<Response> events(Request&) {
        // From here on, and not from when the stream begins.
        co_return Response::events(
            [this, after = news_.last_id()](EventWriter& out) { return follow(out, after); });
    }

    Task<> follow(EventWriter& out, std::uint64_t after) {
        Subscription news =
            news_.subscribe({.queue = 10'000, .when_full = SlowSubscriber::end, .after = after});
        while (const auto message = co_await news.receive()) co_await out.send(message->text());
    }

    static Task<Response> wait() {
        co_await sleep_for(1ms);
        co_return Response::text(LONGLIVED_NAME);
    }

    Channel news_{LONGLIVED_NAME "/news", {.history = 10'000}};
};

}  // namespace

PATCHBAY_PLUGIN(LongLived, LONGLIVED_NAME, "1.0.0");
