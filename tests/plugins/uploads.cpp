// Bodies that are read while they arrive, by a coroutine and by a function.
#include <patchbay/plugin.hpp>

#include <cstdint>
#include <string>
#include <thread>

using namespace patchbay;

namespace {

// FNV-1a, so that a byte out of place is noticed.
struct Sum {
    std::size_t bytes = 0;
    std::uint64_t hash = 14695981039346656037u;

    void add(std::string_view part) {
        bytes += part.size();
        for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
    Response answer() const { return Response::text(std::to_string(bytes) + " " + std::to_string(hash)); }
};

class Uploads final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("async", async).route("POST /async").streams_body();
        handlers.async("count", count).route("POST /count").streams_body();
        handlers.blocking("blocking", blocking).route("POST /blocking").streams_body();
        handlers.async("whole", async).route("POST /whole");
        handlers.async("held", [this](Request& request) { return held(request); })
            .route("POST /held")
            .streams_body();
        handlers.inline_("release", [this](Request& request) { return release(request); })
            .route("POST /release");
        handlers.async("reject", reject).route("POST /reject").streams_body();
        handlers.async("duplex", duplex).route("POST /duplex/{how}").streams_body();
        handlers.async("late", late).route("POST /late").streams_body();
        handlers.async("parts", parts).route("POST /parts").streams_body();
        handlers.inline_("quick", [](Request&) { return Response::text("quick"); }).route("GET /quick");
    }

private:
    static Task<Response> async(Request& request) {
        log_info("a body begins");
        BodyReader body = request.body_reader();
        Sum sum;
        while (auto part = co_await body.read_some()) sum.add(*part);
        co_return sum.answer();
    }
    // No more than reading, to be measured.
    static Task<Response> count(Request& request) {
        BodyReader body = request.body_reader();
        std::size_t bytes = 0;
        while (auto part = co_await body.read_some()) bytes += part->size();
        co_return Response::text(std::to_string(bytes));
    }
    // Its work begins when all has come, however long that takes.
    static Task<Response> late(Request& request) {
        BodyReader body = request.body_reader();
        Sum sum;
        while (auto part = co_await body.read_some()) sum.add(*part);
        co_await run_blocking([] {});
        co_return sum.answer();
    }
    static Response blocking(Request& request) {
        BlockingBodyReader body = request.blocking_body_reader();
        Sum sum;
        while (const auto part = body.read_some()) sum.add(*part);
        return sum.answer();
    }
    // Reads on only when it is told to.
    Task<Response> held(Request& request) {
        BodyReader body = request.body_reader();
        Sum sum;
        while (!released_) co_await sleep_for(1ms);
        while (auto part = co_await body.read_some()) sum.add(*part);
        co_return sum.answer();
    }
    Response release(Request&) {
        released_ = true;
        return Response::text("released");
    }
    static Task<Response> reject(Request&) { co_return Response::text("no").status(http::status::forbidden); }
    static Task<Response> duplex(Request& request) {
        co_return Response::stream(
            [&request](BodyWriter& out) { return answer_while_it_arrives(request, out); });
    }
    // Gives back what it reads, if it is to read, and goes on for half a second after that.
    static Task<> answer_while_it_arrives(Request& request, BodyWriter& out) {
        co_await out.write("begun:");
        if (request.path_param("how") == "reads") co_await give_back(request, out);
        for (int i = 0; i < 25; ++i) {
            co_await sleep_for(20ms);
            co_await out.write(".");
        }
        co_await out.write("ended");
    }
    static Task<> give_back(Request& request, BodyWriter& out) {
        BodyReader body = request.body_reader();
        std::string failure;
        try {
            while (auto part = co_await body.read_some()) co_await out.write(*part);
        } catch (const HttpError& error) {
            failure = "failed " + std::to_string(static_cast<unsigned>(error.status()));
        }
        if (!failure.empty()) co_await out.write(failure);
    }
    // Says in the log what becomes of the body.
    static Task<Response> parts(Request& request) {
        BodyReader body = request.body_reader();
        try {
            while (auto part = co_await body.read_some()) log_info("got ", part->size());
        } catch (const std::exception& error) {
            log_info("the body failed: ", error.what());
            throw;
        }
        log_info("the body ended");
        co_return Response{};
    }

    bool released_ = false;
};

}  // namespace

PATCHBAY_PLUGIN(Uploads, "uploads", "1.0.0");
