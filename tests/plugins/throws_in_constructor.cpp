// Can not be constructed.
#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

struct PrivateError : std::exception {
    const char* what() const noexcept override { return "the constructor has failed"; }
};

class Hazard final : public Plugin {
public:
    Hazard() { throw PrivateError{}; }
    void add_handlers(Handlers&) override {}
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "throws_in_constructor");
