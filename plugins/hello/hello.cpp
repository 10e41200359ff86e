#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

nlohmann::json where_am_i() {
    const auto loop = event_loop();
    return {{"event_loop", loop ? nlohmann::json(loop->name()) : nlohmann::json(nullptr)},
            {"thread", thread_name()}};
}

class Hello final : public Plugin {
public:
    explicit Hello(const Settings& settings)
        : greeting_{settings.get("greeting", "Hello")}, pause_{settings.get("pause", 10ms)} {}

    void add_handlers(Handlers& handlers) override {
        // The comparison that says it all: where does each kind of handler run?
        handlers.async("async", [](Request&) -> Task<Response> { co_return Response::json(where_am_i()); })
            .route("GET /async");
        handlers.blocking("sync", [](Request&) { return Response::json(where_am_i()); }).route("GET /sync");
        handlers.inline_("inline", [](Request&) { return Response::json(where_am_i()); })
            .route("GET /inline");

        handlers.async("hello", [this](Request& request) { return hello(request); })
            .route("GET /hello/{name}");
        handlers.inline_("square", [](Request& request) { return square(request); })
            .route("GET /square/{number:int}");
        handlers.async("offload", [](Request&) { return offload(); }).route("GET /offload");
        handlers.blocking("onload", [](Request&) { return onload(); }).route("GET /onload");
        handlers.async("deadlock", [](Request&) { return deadlock(); }).route("GET /deadlock");
    }

private:
    Task<Response> hello(Request& request) {
        co_await sleep_for(pause_);
        co_return Response::text(greeting_ + ", " + std::string{request.path_param("name")} + "!\n");
    }

    static Response square(Request& request) {
        const auto number = request.path_param<std::int32_t>("number");
        return Response::json({{"number", number}, {"square", std::int64_t{number} * number}});
    }

    // From the event loop to an executor thread and back: the loop serves others meanwhile.
    static Task<Response> offload() {
        nlohmann::json there = co_await run_blocking(where_am_i);
        co_return Response::json({{"inside run_blocking", there}, {"afterwards", where_am_i()}});
    }

    static Task<nlohmann::json> where_am_i_after_a_pause() {
        co_await sleep_for(1ms);
        co_return where_am_i();
    }

    // From an executor thread to the event loop and back: this thread waits.
    static Response onload() {
        return Response::json({{"inside run_until_complete", run_until_complete(where_am_i_after_a_pause())},
                               {"afterwards", where_am_i()}});
    }

    // An event loop can't wait for itself: the call throws, and says what to do instead.
    static Task<Response> deadlock() {
        try {
            co_return Response::json(run_until_complete(where_am_i_after_a_pause()));
        } catch (const std::logic_error& error) {
            co_return Response::json({{"error", error.what()}}).status(http::status::conflict);
        }
    }

    std::string greeting_;
    std::chrono::milliseconds pause_;
};

}  // namespace

PATCHBAY_PLUGIN(Hello, "hello", "1.0.0");
