// Needs a library of its own, which lies beside it in the plugin directory.
#include <patchbay/plugin.hpp>

using namespace patchbay;

const char* word_of_the_library();

namespace {

class WithLibrary final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("word", [](Request&) { return Response::text(word_of_the_library()); })
            .route("GET /word");
    }
};

}  // namespace

PATCHBAY_PLUGIN(WithLibrary, "with_library", "1.0.0");
