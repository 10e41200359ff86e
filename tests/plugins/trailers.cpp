// Answers with the trailer fields of its requests, read whole and while they arrive.
#include <patchbay/plugin.hpp>

#include <string>

using namespace patchbay;

namespace {

std::string listed(const Request& request) {
    std::string text = std::to_string(request.trailers().size()) + " trailers";
    for (const HeaderField& field : request.trailers())
        text.append(", ").append(field.name).append("=").append(field.value);
    return text;
}

class Trailers final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("whole", whole).route("POST /whole");
        handlers.async("streamed", streamed).route("POST /streamed").streams_body();
        handlers.blocking("blocking", blocking).route("POST /blocking").streams_body();
    }

private:
    static Response whole(Request& request) {
        const std::string checksum{request.trailer("x-checksum").value_or("none")};
        return Response::text(listed(request) + "; checksum " + checksum);
    }
    static Task<Response> streamed(Request& request) {
        std::string text = listed(request) + "; ";
        BodyReader body = request.body_reader();
        while (auto part = co_await body.read_some()) log_info("a part of ", part->size());
        text += listed(request);
        co_return Response::text(std::move(text));
    }
    static Response blocking(Request& request) {
        BlockingBodyReader body = request.blocking_body_reader();
        while (const auto part = body.read_some()) log_info("a part of ", part->size());
        return Response::text(listed(request));
    }
};

}  // namespace

PATCHBAY_PLUGIN(Trailers, "trailers", "1.0.0");
