#include "runtime/loop_watch.hpp"

#include "log/logger.hpp"

#include <algorithm>
#include <utility>

namespace patchbay {

namespace {

std::string milliseconds_of(std::chrono::steady_clock::duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

}  // namespace

LoopWatch::LoopWatch(boost::asio::io_context& context, const std::vector<LoopThread*>& loops, Logger& log,
                     std::function<std::string(const detail::LeaseBlock*)> owner)
    : timer_{context}, log_{log}, owner_{std::move(owner)} {
    for (const LoopThread* loop : loops) watched_.push_back({loop, 0, Clock::now(), {}});
}

void LoopWatch::patience(std::chrono::milliseconds time) {
    patience_ = time;
    schedule();
}

// A quarter of the patience late at most.
void LoopWatch::schedule() {
    timer_.expires_after(std::max(patience_ / 4, std::chrono::milliseconds{1}));
    timer_.async_wait([this](boost::system::error_code error) {
        if (error || stopped_) return;
        const Clock::time_point now = Clock::now();
        for (Watched& watched : watched_) look(watched, now);
        schedule();
    });
}

void LoopWatch::stop() {
    stopped_ = true;
    timer_.cancel();
}

void LoopWatch::look(Watched& watched, Clock::time_point now) {
    const detail::StepTrace* const trace = watched.loop->trace();
    if (!trace) return;
    const std::uint32_t changes = trace->changes.load(std::memory_order_relaxed);
    const detail::LeaseBlock* const lease = trace->lease.load(std::memory_order_relaxed);
    if (changes != watched.changes || !lease) {
        if (!watched.reported.empty())
            log_.warning(watched.loop->name() + " goes on: " + watched.reported + " held it up for about " +
                         milliseconds_of(now - watched.since));
        watched = {watched.loop, changes, now, {}};
        return;
    }
    if (!watched.reported.empty() || now - watched.since < patience_) return;
    watched.reported = owner_(lease);
    if (watched.reported.empty()) return;
    log_.warning(
        watched.loop->name() + " has been held up for " + milliseconds_of(now - watched.since) + " by " +
        watched.reported +
        ", and every request on it: what blocks or computes for long belongs into a blocking handler or "
        "run_blocking()");
}

}  // namespace patchbay
