// Every kind of thread that it runs on owes it a destructor.
#include <patchbay/plugin.hpp>

#include <string>
#include <unistd.h>

using namespace patchbay;

namespace {

struct Visits {
    std::string text = "a text that is too long to be held without an allocation";
    ~Visits() {
        const std::string line = "destroyed on " + std::string{thread_name()} + "\n";
        static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
    }
};
thread_local Visits visits;

class Hazard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", [](Request&) { return Response::text(visits.text); }).route("GET /sample");
        handlers.blocking("there", [](Request&) { return Response::text(visits.text); }).route("GET /there");
    }
    void start() override { visits.text += ", visited"; }
    void stop() override { visits.text += ", visited"; }
};

}  // namespace

PATCHBAY_PLUGIN(Hazard, "sample", "thread_local_destructor");
