// Handlers that fail without a word for the client.
#include <patchbay/plugin.hpp>

#include <stdexcept>

using namespace patchbay;

namespace {

class Failures final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("empty", empty).route("GET /empty");
        handlers.inline_("throws", throws).route("GET /throws");
    }

private:
    static Response empty(Request&) { return Response{http::status::not_found}; }
    static Response throws(Request&) { throw std::runtime_error{"nothing for clients"}; }
};

}  // namespace

PATCHBAY_PLUGIN(Failures, "failures", "1.0.0");
