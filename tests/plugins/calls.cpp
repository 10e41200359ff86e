// Calls by HttpClient, which last as long as what they call.
#include "farewell.hpp"

#include <patchbay/plugin.hpp>

#include <string>

using namespace patchbay;

namespace {

class Calls final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("version", [](Request&) { return Response::text(CALLS_VERSION); })
            .route("GET /version");
        handlers.async("call", [this](Request& request) { return call(request); }).route("GET /call");
    }

private:
    Task<Response> call(Request& request) {
        const Farewell farewell{"call " CALLS_VERSION " ended"};
        const std::string url = request.query("url").value_or("");
        try {
            const ClientResponse answer = co_await client_.get(url);
            co_return Response::text(answer.body());
        } catch (const HttpClientError& error) {
            co_return Response::text(error.what()).status(http::status::bad_gateway);
        }
    }

    HttpClient client_;
};

}  // namespace

PATCHBAY_PLUGIN(Calls, "calls", CALLS_VERSION);
