// Handlers that take their time, to be caught in the middle.
#include <patchbay/plugin.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>

using namespace patchbay;

namespace {

class Slow final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("wait", wait).route("GET /wait/{milliseconds:int}");
        handlers.async("stubborn", stubborn).route("GET /stubborn/{milliseconds:int}");
        handlers
            .blocking("stuck",
                      [](Request&) -> Response {
                          log_info("stuck");
                          for (;;) ::pause();
                      })
            .route("GET /stuck");
        handlers.blocking("until", until).route("GET /until/{file:path}");
        handlers.async("keep", keep).route("GET /keep/{file:path}");
        handlers.blocking("hold", [this](Request&) { return hold(); }).route("GET /hold");
        handlers.inline_("release", [this](Request&) { return release(); }).route("POST /release");
        handlers.async("freeze", freeze).route("GET /freeze/{milliseconds:int}");
        handlers.async("quick", quick).route("GET /quick");
    }

private:
    static Task<Response> wait(Request& request) {
        log_info("waiting");
        co_await sleep_for(std::chrono::milliseconds{request.path_param<int>("milliseconds")});
        co_return Response::text("waited");
    }
    // What no async handler must do: its loop stands still.
    static Task<Response> freeze(Request& request) {
        std::this_thread::sleep_for(std::chrono::milliseconds{request.path_param<int>("milliseconds")});
        co_return Response::text("froze");
    }
    // Goes on when it is cancelled, as long as it takes.
    static Task<Response> stubborn(Request& request) {
        const auto end = std::chrono::steady_clock::now() +
                         std::chrono::milliseconds{request.path_param<int>("milliseconds")};
        log_info("waiting");
        while (std::chrono::steady_clock::now() < end) co_await run_blocking([] { ::usleep(1000); });
        co_return Response::text("waited");
    }
    // Until there is such a file, whoever asks it to stop.
    static Response until(Request& request) {
        const std::string file = "/" + std::string{request.path_param("file")};
        log_info("waiting for a file");
        while (::access(file.c_str(), F_OK) != 0) std::this_thread::sleep_for(5ms);
        return Response::text("there it is");
    }
    // The same of an async handler.
    static Task<Response> keep(Request& request) {
        co_await shielded(file_there("/" + std::string{request.path_param("file")}));
        co_return Response::text("kept");
    }
    static Task<> file_there(std::string file) {
        log_info("waiting for a file");
        while (::access(file.c_str(), F_OK) != 0) co_await sleep_for(5ms);
    }
    // Until somebody calls release.
    Response hold() {
        log_info("holding");
        std::unique_lock lock{mutex_};
        released_.wait(lock, [this] { return open_; });
        return Response::text("held");
    }
    Response release() {
        const std::scoped_lock lock{mutex_};
        open_ = true;
        released_.notify_all();
        return Response::text("released");
    }
    static Task<Response> quick(Request&) { co_return Response::text("quick"); }

    std::mutex mutex_;
    std::condition_variable released_;
    bool open_ = false;
};

}  // namespace

PATCHBAY_PLUGIN(Slow, "slow", "1.0.0");
