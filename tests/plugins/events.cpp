// ServerEvent streams of every kind, told what to send by requests.
#include "farewell.hpp"

#include <patchbay/plugin.hpp>

#include <boost/asio/steady_timer.hpp>

#include <stdexcept>
#include <string>
#include <thread>

using namespace patchbay;

namespace {

constexpr const char* ended = "the event stream ended";

class Events final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("version", [](Request&) { return Response::text(EVENTS_VERSION); })
            .route("GET /version");
        handlers.async("news", [this](Request& request) { return news(request); }).route("GET /news");
        handlers.async("post", [this](Request& request) { return post(request); }).route("POST /news");
        handlers.async("beats", [](Request&) { return beats(); }).route("GET /beats");
        handlers.async("flood", [](Request&) { return flood(); }).route("GET /flood");
        handlers.async("fails", [](Request&) { return fails(); }).route("GET /fails");
        handlers.blocking("blocking", [](Request&) { return blocking(); }).route("GET /blocking");
    }

private:
    // Each client sees what is posted from when it came on, in order.
    Task<> follow(EventWriter& out, std::size_t next) {
        const Farewell farewell{ended};
        co_await out.send(ServerEvent{EVENTS_VERSION}.type("hello"));
        for (;; ++next) {
            while (next == posts_.size()) co_await sleep_for(1ms);
            co_await out.send(ServerEvent{posts_[next]}.id(std::to_string(next)));
        }
    }
    Task<Response> news(Request& request) {
        std::size_t next = posts_.size();
        if (const auto id = request.last_event_id()) next = std::stoul(std::string{*id}) + 1;
        co_return Response::events([this, next](EventWriter& out) { return follow(out, next); });
    }
    Task<Response> post(Request& request) {
        posts_.emplace_back(request.body());
        co_return Response{http::status::no_content};
    }
    static Task<> silence(EventWriter& out) {
        const Farewell farewell{ended};
        co_await out.comment("quiet");
        co_await sleep_for(1h);
    }
    static Task<Response> beats() { co_return Response::events(silence, {.heartbeat = 20ms}); }
    static Task<> flooding(EventWriter& out) {
        const Farewell farewell{ended};
        const std::string text(10'000, 'x');
        for (;;) co_await out.send(text);
    }
    static Task<Response> flood() { co_return Response::events(flooding, {.heartbeat = 20ms}); }
    static Task<> failing(EventWriter& out) {
        co_await out.send("begun");
        boost::system::error_code ignored;
        boost::asio::steady_timer timer{co_await this_task::executor, 1h};
        co_await timer.async_wait(boost::asio::redirect_error(use_task, ignored));
        throw std::runtime_error{"no news can be had"};
    }
    static Task<Response> fails() { co_return Response::events(failing); }
    static Response blocking() {
        return Response::events_blocking([](BlockingEventWriter& out) {
            const Farewell farewell{ended};
            for (int i = 0;; ++i) {
                out.send(ServerEvent{"tick"}.id(std::to_string(i)));
                std::this_thread::sleep_for(5ms);
            }
        });
    }

    std::vector<std::string> posts_;
};

}  // namespace

PATCHBAY_PLUGIN(Events, "events", "1.0." EVENTS_VERSION);
