// Says whom it takes its client for.
#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

class Who final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("who", who).route("GET /who");
        handlers.blocking("who_blocking", who).route("GET /blocking");
    }

private:
    static Response who(Request& request) {
        const auto client = request.client_address();
        return Response::text("peer " + request.peer().address().to_string() + " client " +
                              (client ? client->to_string() : "unknown") + " " +
                              std::string{request.scheme()} + "://" + std::string{request.host()});
    }
};

}  // namespace

PATCHBAY_PLUGIN(Who, "who", "1.0.0");
