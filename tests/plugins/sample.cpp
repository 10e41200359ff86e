// A plugin with one route, of which there are several builds to replace each other: SAMPLE_VERSION tells them
// apart.
#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

class Sample final : public Plugin {
public:
    explicit Sample(const Settings& settings) : body_{settings.get("body", SAMPLE_VERSION)} {}

    void add_handlers(Handlers& handlers) override {
        handlers.async("show", [this](Request& request) { return show(request); }).route("GET /sample");
        handlers.async("echo", echo).route("POST /sample/echo");
    }

private:
    Task<Response> show(Request&) { co_return Response::text(body_); }
    static Task<Response> echo(Request& request) { co_return Response::bytes(std::string{request.body()}); }

    std::string body_;
};

}  // namespace

PATCHBAY_PLUGIN(Sample, "sample", SAMPLE_VERSION);
