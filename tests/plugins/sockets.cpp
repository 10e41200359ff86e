// WebSockets of every kind, and handlers that do with them what they should not.
#include "echo_messages.hpp"
#include "farewell.hpp"

#include <patchbay/plugin.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace patchbay;

namespace {

// For clients that a test leaves open until the server ends.
constexpr std::chrono::milliseconds hasty{300};

std::string code_of(auto& socket) { return std::to_string(static_cast<unsigned>(*socket.close_code())); }

struct Visitor {
    std::string name;
};

class Sockets final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers
            .websocket("echo", echo_messages,
                       {.subprotocols = {"b", "a"}, .max_message = 100'000, .close_timeout = hasty})
            .route("/echo");
        handlers
            .websocket("origins", echo_messages,
                       {.origins = {"https://friend.example"}, .close_timeout = hasty})
            .route("GET /origins");
        handlers.websocket("everybody", echo_messages, {.origins = {"*"}, .close_timeout = hasty})
            .route("GET /everybody");
        handlers.websocket("greet", greet, {.close_timeout = hasty}).route("GET /greet/{name}");
        handlers.websocket("refuse", refuse).route("GET /refuse");
        handlers.websocket("fails_early", fails_early).route("GET /fails_early");
        handlers.websocket("fails", fails).route("GET /fails");
        handlers.websocket("parts", parts).route("GET /parts");
        handlers.websocket("returns", returns).route("GET /returns");
        handlers.websocket("version", version).route("GET /version");
        handlers.websocket("flood", [this](Request&, WebSocket& socket) { return flood(socket); })
            .route("GET /flood");
        handlers.async("flooded", [this](Request& request) { return flooded(request); })
            .route("GET /flooded");
        handlers
            .websocket("posts", posts,
                       {.close_timeout = hasty, .outbox = 1024 * 1024, .when_full = WebSocketOverflow::wait})
            .route("GET /posts/{threads:int}/{count:int}");
        handlers
            .websocket("overflow_drop", overflow,
                       {.close_timeout = hasty, .outbox = 1000, .when_full = WebSocketOverflow::drop})
            .route("GET /overflow_drop");
        handlers
            .websocket("overflow_close", overflow,
                       {.close_timeout = hasty, .outbox = 1000, .when_full = WebSocketOverflow::close})
            .route("GET /overflow_close");
        handlers.websocket("sleeps", sleeps).route("GET /sleeps");
        handlers.websocket("tidies_up", sleeps, {.close_timeout = hasty, .cleanup_timeout = 200ms})
            .route("GET /tidies_up");
        handlers.websocket("pings", code_logged, {.ping_interval = 100ms, .pong_timeout = 2s})
            .route("GET /pings");
        handlers.websocket("code", code_logged).route("GET /code");
        handlers.websocket("several", several, {.close_timeout = hasty}).route("GET /several");
        handlers.websocket("leaves", leaves).route("GET /leaves");
        handlers.websocket("timed", timed, {.close_timeout = hasty}).route("GET /timed");
        handlers.blocking_websocket("blocking", blocking).route("GET /blocking");
        handlers.blocking("plain", [](Request&) { return Response::text("plain"); }).route("GET /plain");
        handlers.filter("visitor").before(visitor).after(seen);
        handlers.websocket("filtered", filtered).route("GET /filtered").filter("visitor");
    }

private:
    static Task<> greet(Request& request, WebSocket& socket) {
        socket.header("X-Greeting", request.path_param("name"));
        socket.cookie({.name = "seen", .value = "yes"});
        co_await socket.accept();
        co_await sleep_for(1ms);
        std::string greeting = "hello " + std::string{request.path_param("name")} + " of " +
                               std::string{request.header("User-Agent").value_or("nobody")};
        co_await socket.send(greeting);
        co_await socket.receive();
    }

    static Task<> refuse(Request&, WebSocket&) {
        co_await sleep_for(1ms);
        throw HttpError{http::status::forbidden, "Not you."};
    }

    static Task<> fails_early(Request&, WebSocket&) {
        throw std::runtime_error{"too early"};
        co_return;
    }

    static Task<> fails(Request&, WebSocket& socket) {
        co_await socket.receive();
        throw std::runtime_error{"lost my mind"};
    }

    static Task<> parts(Request&, WebSocket& socket) {
        const auto message = co_await socket.receive();
        if (message && message->text() == "go") throw WebSocketError{static_cast<CloseCode>(4001), "bye"};
        socket.close(CloseCode::going_away, "no");
        const auto none = co_await socket.receive();
        const bool sent = co_await socket.send("nobody hears this");
        log_info(none || sent ? "parts: still open" : "parts: closed");
    }

    static Task<> returns(Request&, WebSocket&) { co_return; }

    static Task<> version(Request&, WebSocket& socket) {
        const Farewell farewell{"version " SOCKETS_VERSION " ended"};
        while (const auto message = co_await socket.receive()) co_await socket.send(SOCKETS_VERSION);
        log_info("version saw " + code_of(socket));
    }

    Task<> flood(WebSocket& socket) {
        const Farewell farewell{"the flood ended"};
        const std::string much(60'000, 'x');
        bool open = true;
        while (open) {
            sent_ += much.size();
            open = co_await socket.send(much);
        }
    }
    Task<Response> flooded(Request&) { co_return Response::text(std::to_string(sent_)); }

    // Each of them numbers its messages; what is posted by one arrives in order.
    static Task<> posts(Request& request, WebSocket& socket) {
        const int threads = request.path_param<int>("threads");
        const int count = request.path_param<int>("count");
        co_await socket.accept();
        const WebSocketSender sender = socket.sender();
        std::atomic<int> failed{0};
        const auto work = [&] {
            std::vector<std::thread> running;
            for (int thread = 0; thread < threads; ++thread) {
                running.emplace_back([&, thread] {
                    for (int i = 0; i < count; ++i) {
                        if (!sender.post(std::to_string(thread) + ":" + std::to_string(i))) ++failed;
                    }
                });
            }
            for (std::thread& thread : running) thread.join();
        };
        co_await run_blocking(work);
        co_await socket.send("failed " + std::to_string(failed));
        co_await socket.receive();
    }

    // More than sockets and outbox hold.
    static Task<> overflow(Request&, WebSocket& socket) {
        co_await socket.accept();
        const WebSocketSender sender = socket.sender();
        const std::string message(900, 'o');
        int lost = 0;
        for (int i = 0; i < 3; ++i) lost += sender.post(message) ? 0 : 1;
        log_info("overflow lost " + std::to_string(lost));
        co_await socket.receive();
        const bool late = sender.post("late");
        log_info(late ? "overflow is open" : "overflow is closed");
        while (const auto more = co_await socket.receive()) {
        }
    }

    static Task<> sleeps(Request&, WebSocket& socket) {
        const Farewell farewell{"the sleeper ended"};
        co_await socket.accept();
        co_await sleep_for(1h);
    }

    static Task<> code_logged(Request&, WebSocket& socket) {
        while (const auto message = co_await socket.receive()) {
        }
        log_info("closed by " + code_of(socket) + " " + std::string{socket.close_reason()});
    }

    static Task<> count(WebSocket& socket, std::string name) {
        for (int i = 0; i < 100; ++i) {
            co_await socket.send(name + std::to_string(i));
            if (i % 10 == 0) co_await sleep_for(1ms);
        }
    }

    static Task<> several(Request&, WebSocket& socket) {
        co_await when_all(count(socket, "a"), count(socket, "b"));
    }

    static Task<> push(WebSocket& socket) {
        const Farewell farewell{"the pusher ended"};
        const std::string much(60'000, 'x');
        bool open = true;
        while (open) open = co_await socket.send(much);
    }
    // Ends before the task that it has started.
    static Task<> leaves(Request&, WebSocket& socket) {
        co_await socket.accept();
        spawn(push(socket));
        co_await socket.receive();
    }

    static Task<bool> receive_one(WebSocket& socket) {
        const auto message = co_await socket.receive();
        co_return message.has_value();
    }

    static Task<> timed(Request&, WebSocket& socket) {
        co_await socket.accept();
        bool late = false;
        try {
            co_await with_timeout(receive_one(socket), 20ms);
        } catch (const TimedOut&) {
            late = true;
        }
        const std::string_view answer = late ? "too late" : "in time";
        co_await socket.send(answer);
        co_await socket.receive();
    }

    static Task<> to_a_thread_and_back() {
        co_await run_blocking([] {});
    }
    static void blocking(Request& request, BlockingWebSocket& socket) {
        if (request.query("refuse")) throw HttpError{http::status::not_found, "Nobody here."};
        while (auto message = socket.receive()) {
            if (message->text() == "and back") run_until_complete(to_a_thread_and_back());
            const std::string text =
                std::string{thread_name().substr(0, 8)} + " " + std::string{message->text()};
            socket.send(text);
        }
        log_info("blocking saw " + code_of(socket));
    }

    static std::optional<Response> visitor(Request& request) {
        request.attach(Visitor{std::string{request.query("name").value_or("nobody")}});
        return std::nullopt;
    }
    static void seen(Request& request, Response& response) {
        response.header("X-Visitor", request.attached<Visitor>().name);
    }
    static Task<> filtered(Request& request, WebSocket& socket) {
        co_await socket.accept();
        while (const auto message = co_await socket.receive())
            co_await socket.send(request.attached<Visitor>().name);
        log_info("goodbye " + request.attached<Visitor>().name);
    }

    std::size_t sent_ = 0;
};

}  // namespace

PATCHBAY_PLUGIN(Sockets, "sockets", "1.0.0");
