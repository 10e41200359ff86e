// Handlers of another plugin than the filters around them.
#include "guard_user.hpp"

#include <patchbay/plugin.hpp>

#include <string>
#include <thread>

using namespace patchbay;

namespace {

struct Missing : std::exception {
    const char* what() const noexcept override { return "a private reason"; }
};

class Reader final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.on_exception<Missing>([](Request& request, const Missing&) {
            return Response::text("nothing at " + std::string{request.path()}).status(http::status::gone);
        });
        handlers.on_error(http::status::not_found, [](Request&, Response& response) {
            response = Response::html("<h1>lost</h1>").status(http::status::not_found);
        });
        handlers.async("await", [](Request& request) { return await_name(request); }).route("/reader/await");
        handlers.inline_("inline", [](Request& request) { return name(request); }).route("/reader/inline");
        handlers
            .blocking("blocking",
                      [](Request& request) {
                          std::this_thread::sleep_for(1ms);
                          return name(request);
                      })
            .route("/reader/blocking");
        handlers.async("upload", [](Request& request) { return upload(request); })
            .route("/reader/upload")
            .streams_body();
        handlers.async("stream", [](Request& request) { return stream(request); }).route("/reader/stream");
        handlers
            .blocking("stream_blocking",
                      [](Request& request) {
                          return Response::stream_blocking(
                              [&request](BlockingBodyWriter& body) { body.write(name(request).body()); });
                      })
            .route("/reader/stream_blocking");
        handlers
            .async("hang",
                   [](Request&) -> Task<Response> {
                       co_await sleep_for(1h);
                       co_return Response{};
                   })
            .route("/reader/hang");
        handlers.inline_("fail", [](Request& request) -> Response { fail(request); }).route("/reader/fail");
    }

private:
    static Response name(Request& request) {
        const auto* const user = request.find_attached<guard::User>();
        return Response::text(user ? user->greeting() : "nobody");
    }
    static Task<Response> await_name(Request& request) {
        co_await sleep_for(1ms);
        co_return name(request);
    }
    static Task<Response> upload(Request& request) {
        BodyReader body = request.body_reader();
        std::size_t size = 0;
        while (const auto part = co_await body.read_some()) size += part->size();
        co_return Response::text(name(request).body() + ", " + std::to_string(size));
    }
    static Task<Response> stream(Request& request) {
        co_await sleep_for(1ms);
        co_return Response::stream([&request](BodyWriter& body) -> Task<> {
            co_await body.write(name(request).body());
            co_await sleep_for(1ms);
            co_await body.write(", still");
        });
    }
    [[noreturn]] static void fail(Request& request) {
        if (request.query("what") == "missing") throw Missing{};
        if (request.query("what") == "http") throw HttpError{http::status::not_found, "No such thing."};
        throw std::runtime_error{"a secret of the handler"};
    }
};

}  // namespace

PATCHBAY_PLUGIN(Reader, "reader", "1.0.0");
