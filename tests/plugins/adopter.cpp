// Hands its WebSockets over at a reload, in every way. Built twice: the versions tell the builds apart, and
// the second lacks, or does otherwise, what a test is about.
#include "farewell.hpp"

#include <patchbay/plugin.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

using namespace patchbay;

namespace {

constexpr std::string_view version = ADOPTER_VERSION;
constexpr bool is_first = version == "1";
constexpr const char* parameter = is_first ? "first" : "second";

// For clients that a test leaves open until the server ends.
constexpr std::chrono::milliseconds hasty{300};

struct Visitor {
    std::unique_ptr<Farewell> farewell = std::make_unique<Farewell>("visitor of " ADOPTER_VERSION " ended");
};

std::string operator+(std::string text, std::string_view more) { return text.append(more); }

/// Counts what has come, as the client does.
class Counting {
public:
    explicit Counting(const auto& adopted) : last_{adopted ? std::stoul(std::string{*adopted}) : 0} {}

    /// The answer. Errors: WebSocketError when one is missing, or comes again.
    std::string take(std::string_view text) {
        if (const std::string given{text}; given != std::to_string(++last_))
            throw WebSocketError{CloseCode::policy_violation, given + " instead of " + std::to_string(last_)};
        return std::string{version} + " " + std::to_string(last_);
    }
    std::string state() const { return std::to_string(last_); }

private:
    unsigned long last_;
};

class Adopter final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        const auto counted = [this](Request&, WebSocket& socket) { return count(socket); };
        handlers.websocket("count", counted, {.close_timeout = hasty, .adopt = true}).route("GET /count");
        handlers
            .websocket("count_deflated", counted,
                       {.compression = true, .close_timeout = hasty, .adopt = true})
            .route("GET /count_deflated");
        handlers
            .blocking_websocket("count_blocking",
                                [this](Request&, BlockingWebSocket& socket) { count_blocking(socket); },
                                {.close_timeout = hasty, .adopt = true})
            .route("GET /count_blocking");
        handlers.inline_("publish", [this](Request& request) { return publish(request); })
            .route("POST /publish");
        handlers
            .inline_("go",
                     [this](Request&) {
                         go_.publish("go");
                         return Response{};
                     })
            .route("GET /go");
        handlers.websocket("tell", tell, {.subprotocols = {"tale"}, .close_timeout = hasty, .adopt = true})
            .route(with_parameter("GET /tell/"));
        handlers
            .websocket("respoken", tell,
                       {.subprotocols = {is_first ? "old" : "new"}, .close_timeout = hasty, .adopt = true})
            .route(with_parameter("GET /respoken/"));
        handlers
            .websocket("narrowed", tell,
                       {.max_message = is_first ? 1000 : 10, .close_timeout = hasty, .adopt = true})
            .route(with_parameter("GET /narrowed/"));
        handlers.websocket("idle", idle, {.close_timeout = hasty, .adopt = true}).route("GET /idle");
        handlers.websocket("posts", posts, {.close_timeout = hasty, .outbox = 1024 * 1024, .adopt = true})
            .route("GET /posts");
        handlers.websocket("returns", returns, {.close_timeout = hasty, .adopt = true}).route("GET /returns");
        handlers.websocket("throws", throws, {.close_timeout = hasty, .adopt = true}).route("GET /throws");
        handlers.websocket("stays", tell, {.close_timeout = hasty, .adopt = is_first})
            .route(with_parameter("GET /stays/"));
        handlers.websocket("moved", tell, {.close_timeout = hasty, .adopt = true})
            .route(with_parameter(is_first ? "GET /moved/" : "GET /elsewhere/"));
        if (is_first)
            handlers.websocket("dropped", tell, {.close_timeout = hasty, .adopt = true})
                .route(with_parameter("GET /dropped/"));
        handlers.filter("nothing").before([](Request&) { return std::optional<Response>{}; });
        handlers.websocket("filtered", tell, {.close_timeout = hasty, .adopt = true})
            .route(with_parameter("GET /filtered/"))
            .filter("nothing");
        handlers.websocket("late", late, {.close_timeout = hasty, .adopt = true}).route("GET /late");
        handlers.websocket("deaf", deaf, {.close_timeout = hasty, .adopt = true}).route("GET /deaf");
        handlers.websocket("early", early, {.close_timeout = hasty, .adopt = true}).route("GET /early");
    }

private:
    static std::string with_parameter(std::string_view path) {
        return std::string{path} + "{" + parameter + "}";
    }

    Task<> count(WebSocket& socket) {
        const auto state = socket.adopted();
        if (!state) socket.join(news_);
        Counting counting{state};
        while (const auto message = co_await socket.receive()) {
            const std::string answer = counting.take(message->text());
            co_await socket.send(answer);
        }
        if (socket.handing_over()) socket.hand_over(counting.state());
    }

    void count_blocking(BlockingWebSocket& socket) {
        const auto state = socket.adopted();
        if (!state) socket.join(news_);
        Counting counting{state};
        while (const auto message = socket.receive()) socket.send(counting.take(message->text()));
        if (socket.handing_over()) socket.hand_over(counting.state());
    }

    Response publish(Request& request) {
        news_.publish(request.body());
        return Response{};
    }

    // What a handler knows of its socket, and of what it has adopted.
    static Task<> tell(Request& request, WebSocket& socket) {
        const Farewell farewell{"tale of " ADOPTER_VERSION " ended"};
        if (request.find_attached<Visitor>()) throw std::logic_error{"a value of another generation"};
        request.attach(Visitor{});
        co_await socket.accept();
        std::string tale = std::string{version} + " " + parameter + "=" + request.path_param(parameter) +
                           " agent=" + request.header("User-Agent").value_or("") +
                           " protocol=" + socket.subprotocol();
        if (const auto state = socket.adopted()) tale += std::string{" adopted="} + *state;
        while (const auto message = co_await socket.receive()) co_await socket.send(tale);
        if (!socket.handing_over()) co_return;
        co_await socket.send("farewell of " ADOPTER_VERSION);
        const std::string_view state{"\0state of " ADOPTER_VERSION, 11};
        socket.hand_over(state);
    }

    // The first receives nothing, the second all.
    static Task<> idle(Request&, WebSocket& socket) {
        co_await socket.accept();
        while (!socket.adopted() && !socket.handing_over()) co_await sleep_for(1ms);
        if (socket.handing_over()) {
            socket.hand_over();
            co_return;
        }
        while (const auto message = co_await socket.receive()) co_await socket.send(message->text());
        if (socket.handing_over()) socket.hand_over();
    }

    static Task<> post_numbers(WebSocketSender sender) {
        const auto post = [&sender] {
            for (int i = 0; i < 2000; ++i) {
                sender.post(std::to_string(i));
                std::this_thread::sleep_for(100us);
            }
        };
        co_await run_blocking(post);
    }

    // A thread posts while the socket changes its handler.
    static Task<> posts(Request&, WebSocket& socket) {
        co_await socket.accept();
        if (!socket.adopted()) spawn(post_numbers(socket.sender()));
        co_await socket.receive();
        if (socket.handing_over()) socket.hand_over();
    }

    static Task<> returns(Request&, WebSocket& socket) { co_await socket.receive(); }

    static Task<> throws(Request&, WebSocket& socket) {
        if (socket.adopted()) throw std::runtime_error{"no heir"};
        co_await socket.receive();
        if (socket.handing_over()) socket.hand_over();
    }

    // Is replaced before it has accepted the handshake.
    static Task<> late(Request&, WebSocket& socket) {
        if (socket.adopted()) {
            co_await socket.send("adopted by " ADOPTER_VERSION);
        } else {
            log_info("late begins");
            Subscription go = Channel{"adopter/go", {.history = 1}}.subscribe({.after = 0});
            co_await go.receive();
        }
        co_await socket.receive();
        if (socket.handing_over()) socket.hand_over();
    }

    static Task<> deaf(Request&, WebSocket& socket) {
        const Farewell farewell{"the deaf ended"};
        co_await socket.accept();
        co_await sleep_for(1h);
    }

    static Task<> early(Request&, WebSocket& socket) {
        co_await socket.accept();
        bool thrown = false;
        try {
            socket.hand_over();
        } catch (const std::logic_error&) {
            thrown = true;
        }
        const std::string_view answer = thrown ? "thrown" : "taken";
        co_await socket.send(answer);
        co_await socket.receive();
    }

    Channel news_{"adopter/news"};
    Channel go_{"adopter/go", {.history = 1}};
};

}  // namespace

#ifdef ADOPTER_PARALLEL
PATCHBAY_PLUGIN(Adopter, "adopter", "1.0.0", patchbay::Concurrency::parallel);
#else
PATCHBAY_PLUGIN(Adopter, "adopter", "1.0.0");
#endif
