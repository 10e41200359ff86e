// Says in the log what it does again and again.
#include <patchbay/plugin.hpp>

using namespace patchbay;

namespace {

class Schedules final : public Plugin {
public:
    explicit Schedules(const Settings& settings) : words_{settings.get("words", "first")} {}

    void add_handlers(Handlers&) override {}
    void start() override {
        spawn_every(10ms, [this] { log_warning("it ticks: ", words_); });
        spawn_cron(SCHEDULES_CRON, [] {});
    }

private:
    std::string words_;
};

}  // namespace

PATCHBAY_PLUGIN(Schedules, "schedules", "1.0.0");
