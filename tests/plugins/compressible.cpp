// Answers for the compression filter: of every size and form, and with every header that matters to it.
#include <patchbay/plugin.hpp>

#include <cstdint>
#include <string>

using namespace patchbay;

namespace {

// Text as pages and records have it: words that come again, and numbers that do not.
std::string text_of(std::size_t size) {
    static constexpr std::string_view words[] = {"alpha", "bravo", "charlie", "delta", "echo", "foxtrot"};
    std::string text;
    std::uint32_t random = 1;
    while (text.size() < size) {
        random = random * 1664525 + 1013904223;
        text.append(words[(random >> 16) % 6]).append(" ").append(std::to_string(random >> 20)).append("\n");
    }
    text.resize(size);
    return text;
}

std::string noise_of(std::size_t size) {
    std::string noise;
    std::uint64_t random = 88172645463325252;
    while (noise.size() < size) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        noise += static_cast<char>(random >> 32);
    }
    return noise;
}

class Compressible final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("text", [](Request& request) { return Response::text(text_of(size_of(request))); })
            .route("GET /text/{size:int}");
        handlers
            .blocking("blocking", [](Request& request) { return Response::text(text_of(size_of(request))); })
            .route("GET /blocking/{size:int}");
        handlers
            .inline_(
                "noise",
                [](Request& request) { return Response::bytes(noise_of(size_of(request)), "text/plain"); })
            .route("GET /noise/{size:int}");
        handlers.inline_("tagged", tagged).route("GET /tagged");
        handlers.inline_("with", with).route("GET /with/{name}/{value:path}");
        handlers.filter("mark").after([](Request&, Response& response) {
            response.header("X-Size", std::to_string(response.body().size()));
        });
        handlers.inline_("part", part).route("GET /part");
        handlers.async("stream", stream).route("GET /stream/{size:int}");
        handlers
            .blocking("stream_blocking",
                      [](Request& request) {
                          const std::size_t size = size_of(request);
                          return Response::stream_blocking(
                              [size](BlockingBodyWriter& out) { out.write(text_of(size)); }, "text/plain");
                      })
            .route("GET /stream_blocking/{size:int}");
        handlers.async("fails", fails).route("GET /fails");
        handlers.async("endless", [this](Request& request) { return endless(request); })
            .route("GET /endless");
        handlers.inline_("written", [this](Request&) { return Response::text(std::to_string(written_)); })
            .route("GET /written");
        handlers.async("events", [this](Request& request) { return send_stream(request); })
            .route("GET /events");
        handlers
            .inline_("next",
                     [this](Request&) {
                         ++asked_for_;
                         return Response{http::status::no_content};
                     })
            .route("POST /events");
    }

private:
    static std::size_t size_of(const Request& request) { return request.path_param<std::size_t>("size"); }
    // Compares as many handlers do: text with text.
    static Response tagged(Request& request) {
        if (request.header("If-None-Match") == "\"one\"")
            return Response{http::status::not_modified}.header("ETag", "\"one\"");
        return Response::text(text_of(5'000)).header("ETag", "\"one\"").header("Accept-Ranges", "bytes");
    }
    static Response with(Request& request) {
        return Response::text(text_of(5'000)).header(request.path_param("name"), request.path_param("value"));
    }
    static Response part(Request&) {
        return Response::text(text_of(5'000))
            .status(http::status::partial_content)
            .header("Content-Range", "bytes 0-4999/10000");
    }
    static Task<> pieces(BodyWriter& out, std::size_t size) {
        const std::string text = text_of(size);
        for (std::size_t at = 0; at < size; at += 7'777)
            co_await out.write(std::string_view{text}.substr(at, 7'777));
    }
    static Task<Response> stream(Request& request) {
        const std::size_t size = size_of(request);
        co_return Response::stream([size](BodyWriter& out) { return pieces(out, size); }, "text/plain");
    }
    static Task<> broken(BodyWriter& out) {
        co_await out.write(text_of(5'000));
        throw std::runtime_error{"no more"};
    }
    static Task<Response> fails(Request&) { co_return Response::stream(broken, "text/plain"); }

    Task<> write_endlessly(BodyWriter& out) {
        const std::string noise = noise_of(50'000);
        for (;; written_ += noise.size()) co_await out.write(noise);
    }
    Task<Response> endless(Request&) {
        co_return Response::stream([this](BodyWriter& out) { return write_endlessly(out); }, "text/plain");
    }

    // One event at once, and the next when somebody has asked for it.
    Task<> send_events(BodyWriter& out) {
        for (int number = 0; number < 3; ++number) {
            while (asked_for_ < number) co_await sleep_for(5ms);
            co_await out.write("data: event " + std::to_string(number) + "\n\n");
        }
    }
    Task<Response> send_stream(Request&) {
        co_return Response::stream([this](BodyWriter& out) { return send_events(out); }, "text/event-stream");
    }

    int asked_for_ = 0;
    std::uint64_t written_ = 0;  // by the endless streams
};

}  // namespace

PATCHBAY_PLUGIN(Compressible, "compressible", "1.0.0");
