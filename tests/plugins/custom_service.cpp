// Its timer has a clock of its own, so that Asio makes a service whose code is the plugin's.
#include <patchbay/plugin.hpp>

#include <boost/asio/basic_waitable_timer.hpp>

using namespace patchbay;

namespace {

struct OwnClock : std::chrono::steady_clock {
    using time_point = std::chrono::time_point<OwnClock, duration>;
    static time_point now() noexcept {
        return time_point{std::chrono::steady_clock::now().time_since_epoch()};
    }
};

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override { handlers.async("show", show).route("GET /sample"); }

private:
    static Task<Response> show(Request&) {
        using Timer = asio::basic_waitable_timer<OwnClock, asio::wait_traits<OwnClock>, LoopExecutor>;
        Timer timer{co_await this_task::executor, 1ms};
        co_await timer.async_wait(use_task);
        co_return Response::text("custom_service");
    }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "custom_service");
