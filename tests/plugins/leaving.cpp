// Handlers of every kind whose clients leave in the middle, or never take what they are sent; and what can be
// counted of them.
#include <patchbay/plugin.hpp>

#include <atomic>
#include <string>
#include <thread>

using namespace patchbay;

namespace {

class Leaving final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("sleep", [this](Request&) { return sleep(); }).route("GET /sleep");
        handlers.async("events", [this](Request&) { return events(); }).route("GET /events");
        handlers.websocket("talk", [this](Request&, WebSocket& socket) { return talk(socket); })
            .route("/talk");
        handlers.blocking("work", [this](Request& request) { return work(request); }).route("GET /work");
        handlers.blocking("queued", [this](Request&) { return queued(); }).route("GET /queued");
        handlers
            .blocking_websocket(
                "busy", [this](Request& request, BlockingWebSocket& socket) { busy(request, socket); })
            .route("/busy");
        handlers.async("late", late).route("GET /late/{milliseconds:int}");
        handlers.async("drip", drip).route("GET /drip/{milliseconds:int}");
        handlers.inline_("counts", [this](Request&) { return counts(); }).route("GET /counts");
        handlers
            .websocket("follow", [this](Request&, WebSocket& socket) { return follow(socket); },
                       {.when_full = WebSocketOverflow::drop})
            .route("/follow");
        handlers.async("news", [this](Request&) { return news(); }).route("GET /news");
        handlers.async("publish", [this](Request& request) { return publish(request); })
            .route("POST /publish");
    }

private:
    /// A handler that runs, as long as it does.
    struct Running {
        explicit Running(Leaving& of) : plugin{of} { ++plugin.running_; }
        ~Running() {
            plugin.last_end_ = std::chrono::steady_clock::now().time_since_epoch().count();
            --plugin.running_;
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        Leaving& plugin;
    };

    Task<Response> sleep() {
        const Running running{*this};
        co_await sleep_for(1h);
        co_return Response::text("slept");
    }
    Task<> no_events(EventWriter& out) {
        const Running running{*this};
        co_await out.send("begun");
        co_await sleep_for(1h);
    }
    Task<Response> events() {
        co_return Response::events([this](EventWriter& out) { return no_events(out); }, {.heartbeat = 1h});
    }
    Task<> talk(WebSocket& socket) {
        const Running running{*this};
        while (auto message = co_await socket.receive()) co_await socket.send(message->text());
    }
    Response work(Request& request) {
        const Running running{*this};
        while (!request.cancelled()) std::this_thread::sleep_for(1ms);
        return Response::text("stopped");
    }
    // Never looks at its socket.
    void busy(Request& request, BlockingWebSocket& socket) {
        const Running running{*this};
        socket.accept();
        while (!request.cancelled()) std::this_thread::sleep_for(1ms);
    }
    Response queued() {
        ++queued_ran_;
        return Response::text("ran");
    }
    static Task<Response> late(Request& request) {
        co_await sleep_for(std::chrono::milliseconds{request.path_param<int>("milliseconds")});
        co_return Response::text("late");
    }
    static Task<> dripping(BodyWriter& out, std::chrono::milliseconds pause) {
        co_await out.write("first ");
        co_await sleep_for(pause);
        co_await out.write("second");
    }
    static Task<Response> drip(Request& request) {
        const std::chrono::milliseconds pause{request.path_param<int>("milliseconds")};
        co_return Response::stream([pause](BodyWriter& out) { return dripping(out, pause); });
    }

    Task<> follow(WebSocket& socket) {
        socket.join(news_);
        while (auto message = co_await socket.receive()) static_cast<void>(message);
    }
    Task<> tell(EventWriter& out) {
        Subscription news = news_.subscribe();
        co_await out.comment("begun");
        while (auto message = co_await news.receive()) co_await out.send(message->text());
    }
    Task<Response> news() {
        co_return Response::events([this](EventWriter& out) { return tell(out); });
    }
    Task<Response> publish(Request& request) {
        news_.publish(request.body());
        co_return Response{http::status::no_content};
    }

    Response counts() {
        return Response::json(
            {{"running", running_.load()}, {"ran", queued_ran_.load()}, {"last_end", last_end_.load()}});
    }

    Channel news_{"news"};
    std::atomic<int> running_{0};
    std::atomic<int> queued_ran_{0};
    std::atomic<std::chrono::steady_clock::rep> last_end_{0};
};

}  // namespace

PATCHBAY_PLUGIN(Leaving, "leaving", "1.0.0");
