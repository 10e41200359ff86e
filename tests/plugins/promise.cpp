// Counts its handlers that run at the same time as each other. Built with the default concurrency, where that
// number is zero by promise, and as PROMISE_PARALLEL, where it isn't.
#include <patchbay/plugin.hpp>

#include <atomic>
#include <mutex>
#include <set>
#include <string>

using namespace patchbay;

namespace {

class Witness final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("work", [this](Request&) { return work(); }).route("GET /work");
        handlers
            .inline_("touch",
                     [this](Request&) {
                         section();
                         return Response::text("touched");
                     })
            .route("GET /touch");
        handlers
            .blocking("cross",
                      [this](Request&) {
                          run_until_complete(several_sections());
                          return Response::text("crossed");
                      })
            .route("GET /cross");
        handlers.async("report", [this](Request&) { return report(); }).route("GET /report");
    }

private:
    // What no other handler may enter meanwhile: long enough for another core, or the next time slice, to be
    // caught.
    void section() {
        if (inside_.exchange(true)) overlaps_.fetch_add(1);
        {
            const std::scoped_lock lock{mutex_};
            threads_.emplace(thread_name());
        }
        const auto end = std::chrono::steady_clock::now() + 200us;
        while (std::chrono::steady_clock::now() < end) {
        }
        inside_.store(false);
        sections_.fetch_add(1);
    }
    Task<> several_sections() {
        for (int i = 0; i < 3; ++i) {
            section();
            co_await sleep_for(1ms);
        }
        section();
    }
    Task<Response> work() {
        co_await several_sections();
        spawn(several_sections());
        co_await run_blocking([] {});
        section();
        co_return Response::text("worked");
    }
    Task<Response> report() {
        const std::scoped_lock lock{mutex_};
        co_return Response::json(
            {{"overlaps", overlaps_.load()}, {"threads", threads_.size()}, {"sections", sections_.load()}});
    }

    std::atomic<bool> inside_{false};
    std::atomic<unsigned> overlaps_{0};
    std::atomic<unsigned> sections_{0};
    std::mutex mutex_;
    std::set<std::string, std::less<>> threads_;
};

}  // namespace

#ifdef PROMISE_PARALLEL
PATCHBAY_PLUGIN(Witness, "promise", "1.0.0", Concurrency::parallel);
#else
PATCHBAY_PLUGIN(Witness, "promise", "1.0.0");
#endif
