// Makes the dynamic linker keep it.
#include <patchbay/plugin.hpp>

#include <dlfcn.h>
#include <stdexcept>

using namespace patchbay;

namespace {

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [](Request&) { return Response::text("pins_itself"); }).route("GET /sample");
    }
    void start() override {
        static const char here = 0;
        Dl_info self{};
        if (!::dladdr(&here, &self) || !::dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE))
            throw std::runtime_error{"it can't find itself"};
    }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "pins_itself");
