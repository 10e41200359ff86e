// Bodies that are produced while they are sent, of every kind and from every kind of handler.
#include "farewell.hpp"

#include <patchbay/plugin.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

using namespace patchbay;

namespace {

std::string line(int number) { return "line " + std::to_string(number) + "\n"; }

Task<> lines(BodyWriter& out, int count) {
    for (int i = 0; i < count; ++i) co_await out.write(line(i));
}

void blocking_lines(BlockingBodyWriter& out, int count) {
    for (int i = 0; i < count; ++i) out.write(line(i));
}

Response async_stream(int count) {
    return Response::stream([count](BodyWriter& out) { return lines(out, count); }, "text/plain");
}

Response blocking_stream(int count) {
    return Response::stream_blocking([count](BlockingBodyWriter& out) { blocking_lines(out, count); },
                                     "text/plain");
}

class Streams final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("async", async).route("GET /async/{count:int}");
        handlers.async("async_blocking", async_blocking).route("GET /async_blocking/{count:int}");
        handlers.inline_("inline", [](Request& request) { return async_stream(count_of(request)); })
            .route("GET /inline/{count:int}");
        handlers
            .inline_("inline_blocking", [](Request& request) { return blocking_stream(count_of(request)); })
            .route("GET /inline_blocking/{count:int}");
        handlers.blocking("blocking", [](Request& request) { return blocking_stream(count_of(request)); })
            .route("GET /blocking/{count:int}");
        handlers.blocking("blocking_async", [](Request& request) { return async_stream(count_of(request)); })
            .route("GET /blocking_async/{count:int}");
        handlers.async("fails", fails).route("GET /fails/{count:int}");
        handlers.blocking("fails_blocking", fails_blocking).route("GET /fails_blocking/{count:int}");
        handlers.async("endless", [this](Request& request) { return endless(request); })
            .route("GET /endless");
        handlers.blocking("endless_blocking", [this](Request& request) { return endless_blocking(request); })
            .route("GET /endless_blocking");
        handlers.inline_("written", [this](Request& request) { return written(request); })
            .route("GET /written");
        handlers.async("idle", [](Request&) -> Task<Response> { co_return Response::stream(nothing); })
            .route("GET /idle");
        handlers.blocking("late", late).route("GET /late");
        handlers.inline_("bodiless", bodiless).route("GET /bodiless/{status:int}");
        handlers.inline_("block", block).route("GET /block/{size:int}");
        handlers.blocking("pieces", [this](Request&) { return pieces(); }).route("GET /pieces");
        handlers.inline_("hold", [this](Request&) { return hold(); }).route("GET /hold_loop");
        handlers.inline_("end", [this](Request&) { return end(); }).route("GET /end");
        handlers.async("ticks", ticks).route("GET /ticks/{count:int}");
    }

private:
    static int count_of(const Request& request) { return request.path_param<int>("count"); }
    static Task<Response> async(Request& request) { co_return async_stream(count_of(request)); }
    static Task<Response> async_blocking(Request& request) {
        co_await sleep_for(1ms);
        co_return blocking_stream(count_of(request));
    }
    static Task<> fail_after(BodyWriter& out, int count) {
        co_await lines(out, count);
        throw std::runtime_error{"no more lines"};
    }
    static Task<Response> fails(Request& request) {
        const int count = count_of(request);
        co_return Response::stream([count](BodyWriter& out) { return fail_after(out, count); });
    }
    static Response fails_blocking(Request& request) {
        const int count = count_of(request);
        return Response::stream_blocking([count](BlockingBodyWriter& out) {
            blocking_lines(out, count);
            throw std::runtime_error{"no more lines"};
        });
    }
    Task<> without_end(BodyWriter& out) {
        const Farewell farewell{"the endless stream ended"};
        const std::string bytes(10'000, 'x');
        for (;; written_ += bytes.size()) co_await out.write(bytes);
    }
    Task<Response> endless(Request&) {
        co_return Response::stream([this](BodyWriter& out) { return without_end(out); });
    }
    Response endless_blocking(Request&) {
        return Response::stream_blocking([this](BlockingBodyWriter& out) {
            const Farewell farewell{"the endless blocking stream ended"};
            const std::string bytes(10'000, 'x');
            for (;; written_ += bytes.size()) out.write(bytes);
        });
    }
    // How many bytes the endless streams have written.
    Response written(Request&) { return Response::text(std::to_string(written_)); }
    static Task<> nothing(BodyWriter& out) {
        const Farewell farewell{"the idle stream ended"};
        co_await out.write("begun");
        co_await sleep_for(1h);
    }
    // Decides on a stream when it has been asked to stop.
    static Response late(Request&) {
        log_info("late has begun");
        std::this_thread::sleep_for(800ms);
        return blocking_stream(3);
    }
    static Response bodiless(Request& request) {
        return async_stream(3).status(static_cast<http::status>(request.path_param<int>("status")));
    }
    static Response block(Request& request) {
        return Response::text(std::string(request.path_param<std::size_t>("size"), 'b'));
    }
    // More than a socket takes at once, then a word while hold() keeps the loop, and no end before end().
    Response pieces() {
        return Response::stream_blocking([this](BlockingBodyWriter& out) {
            out.write(std::string(400'000, 'x'));
            log_info("the large piece is on its way");
            held_.wait(false);
            out.write("more");
            ending_.wait(false);
        });
    }
    Response hold() {
        held_ = true;
        held_.notify_all();
        log_info("the loop is held");
        std::this_thread::sleep_for(700ms);
        return Response::text("held");
    }
    Response end() {
        ending_ = true;
        ending_.notify_all();
        return Response::text("ended");
    }
    static Task<> tick(BodyWriter& out, int count) {
        for (int i = 0; i < count; ++i) {
            co_await sleep_for(20ms);
            co_await out.write(line(i));
        }
    }
    static Task<Response> ticks(Request& request) {
        const int count = count_of(request);
        co_return Response::stream([count](BodyWriter& out) { return tick(out, count); });
    }

    std::atomic<std::uint64_t> written_ = 0;
    std::atomic<bool> held_ = false;
    std::atomic<bool> ending_ = false;
};

}  // namespace

PATCHBAY_PLUGIN(Streams, "streams", "1.0.0");
