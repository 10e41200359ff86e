// Every way in which a handler's code may still be running or pending when its generation is replaced. Built
// twice, with STORM_LETTER 'a' and 'b': the bodies tell the builds apart, and a reader can check each byte of
// them.
#include <patchbay/plugin.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <string>
#include <thread>

using namespace patchbay;

namespace {

/// Its destructor is the plugin's code, owed by each thread that has been here.
struct Visits {
    std::string label = "a text that is too long to be held without an allocation";
    unsigned long count = 0;
    ~Visits() { label.clear(); }
};
thread_local Visits visits;

/// Nobody but this build knows the type.
struct PrivateError : std::exception {
    const char* what() const noexcept override { return "a private exception"; }
};

/// tests/integration/test_storm.cpp has the same.
std::string body(std::string_view handler, std::string_view id) {
    ++visits.count;
    std::string text{STORM_LETTER};
    text.append(":").append(handler).append(":").append(id).append(":");
    const std::size_t step = STORM_LETTER == 'a' ? 7 : 11;
    for (std::size_t i = 0; i < 1000; ++i) text += static_cast<char>('0' + (i * step + id.size()) % 64);
    return text;
}

asio::awaitable<void> foreign_pause(std::shared_ptr<std::atomic<unsigned long>> ended) {
    asio::steady_timer timer{co_await asio::this_coro::executor, 10ms};
    co_await timer.async_wait(asio::use_awaitable);
    ++visits.count;
    ended->fetch_add(1);
}

Task<> long_pause(std::shared_ptr<std::atomic<unsigned long>> ended) {
    co_await sleep_for(20ms);
    ++visits.count;
    ended->fetch_add(1);
}

class Storm final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("await", wait).route("GET /storm/await/{id}");
        handlers.async("async", immediate).route("GET /storm/async/{id}");
        handlers.blocking("blocking", blocking).route("GET /storm/blocking/{id}");
        handlers.async("detached", [this](Request& request) { return detached(request); })
            .route("GET /storm/detached/{id}");
        handlers.async("throwing", throwing).route("GET /storm/throwing/{id}");
        handlers
            .inline_(
                "inline",
                [](Request& request) { return Response::text(body("inline", request.path_param("id"))); })
            .route("GET /storm/inline/{id}");
    }

    // tests/integration/test_storm.cpp reads this.
    void stop() override {
        log_info("detached work: " + std::to_string(begun_) + " begun, " + std::to_string(*ended_) +
                 " ended");
    }

private:
    static Task<Response> wait(Request& request) {
        asio::steady_timer timer{co_await this_task::executor, 2ms};
        co_await timer.async_wait(use_task);
        co_return Response::text(body("await", request.path_param("id")));
    }
    static Task<Response> immediate(Request& request) {
        co_return Response::text(body("async", request.path_param("id")));
    }
    static Response blocking(Request& request) {
        std::this_thread::sleep_for(1ms);
        return Response::text(body("blocking", request.path_param("id")));
    }
    Task<Response> detached(Request& request) {
        begun_ += 3;
        spawn(long_pause(ended_));
        const LoopExecutor executor = co_await this_task::executor;
        asio::co_spawn(executor, foreign_pause(ended_),
                       [ended = ended_](std::exception_ptr) { ended->fetch_add(1); });
        co_return Response::text(body("detached", request.path_param("id")));
    }
    static Task<Response> throwing(Request&) {
        co_await sleep_for(1ms);
        ++visits.count;
        throw PrivateError{};
    }

    std::atomic<unsigned long> begun_ = 0;
    // Shared with what outlives the handler; the deleter is this build's code.
    std::shared_ptr<std::atomic<unsigned long>> ended_ = std::make_shared<std::atomic<unsigned long>>(0);
};

}  // namespace

PATCHBAY_PLUGIN(Storm, "storm", STORM_VERSION);
