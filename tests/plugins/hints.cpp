// Tells its clients what the answer will have before the answer is there.
#include <patchbay/plugin.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

using namespace patchbay;

namespace {

void hint(Request& request) {
    request.send_early_hints({{"Link", "</site.css>; rel=preload; as=style"}, {"X-Round", "1"}});
}

class Hints final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.filter("early").before([](Request& request) -> std::optional<Response> {
            hint(request);
            return std::nullopt;
        });
        handlers.async("held", [this](Request& request) { return held(request); }).route("GET /held");
        handlers.blocking("blocking", [this](Request& request) { return blocking(request); })
            .route("GET /blocking");
        handlers.blocking("release", [this](Request&) { return release(); }).route("POST /release");
        handlers.async("twice", twice).route("GET /twice");
        handlers.async("stream", stream).route("GET /stream");
        handlers.async("wrong", wrong).route("GET /wrong");
        handlers.inline_("quick", quick).route("GET /quick");
        handlers.inline_("filtered", quick).route("GET /filtered").filter("early");
    }

private:
    Task<Response> held(Request& request) {
        hint(request);
        co_await run_blocking([this] { wait(); });
        co_return Response::text("held");
    }
    Response blocking(Request& request) {
        hint(request);
        wait();
        return Response::text("blocking");
    }
    // Ends without having waited for anything.
    static Task<Response> twice(Request& request) {
        hint(request);
        request.send_early_hints({{"X-Round", "2"}});
        co_return Response::text("twice");
    }
    static Task<Response> stream(Request& request) {
        hint(request);
        const auto produce = [&request](BodyWriter& out) { return produce_late(request, out); };
        co_return Response::stream(produce, "text/plain");
    }
    static Task<> produce_late(Request& request, BodyWriter& out) {
        co_await out.write("begun ");
        co_await sleep_for(20ms);
        hint(request);
        co_await sleep_for(20ms);
        co_await out.write("ended");
    }
    static Task<Response> wrong(Request& request) {
        request.send_early_hints({{"Content-Length", "5"}});
        co_return Response::text("wrong");
    }
    static Response quick(Request& request) {
        hint(request);
        return Response::text("quick");
    }
    // One that waits for each that is released, whoever comes first.
    void wait() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return released_ > 0; });
        --released_;
    }
    Response release() {
        const std::scoped_lock lock{mutex_};
        ++released_;
        changed_.notify_all();
        return Response{http::status::no_content};
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    int released_ = 0;
};

}  // namespace

PATCHBAY_PLUGIN(Hints, "hints", "1.0.0");
