#include "plugin/drain.hpp"

#include "log/logger.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace patchbay {
namespace {

// Most generations are gone before this, and then one line tells the whole story.
constexpr std::chrono::milliseconds slow{1'000};
// From asking to stop to naming what did not.
constexpr std::chrono::milliseconds stop_patience{2'000};

std::string count(long number, const std::string& what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

// What may be seen of what still runs: "2 requests, 1 WebSocket and 1 shielded task", or "0 requests".
std::string work_of(const Generation& generation) {
    std::vector<std::string> parts;
    const auto add = [&parts](const std::atomic<long>& counter, const std::string& what) {
        if (const long number = counter.load(std::memory_order_relaxed)) parts.push_back(count(number, what));
    };
    add(generation.requests, "request");
    add(generation.websockets, "WebSocket");
    add(generation.shielded, "shielded task");
    if (parts.empty()) return "0 requests";
    std::string text = parts.front();
    for (std::size_t at = 1; at < parts.size(); ++at)
        text += (at + 1 == parts.size() ? " and " : ", ") + parts[at];
    return text;
}

}  // namespace

Drain::Drain(boost::asio::io_context& context, std::vector<LoopThread*> loops, ExecutorPool& executor,
             Logger& log, std::function<void(std::shared_ptr<const ServedGeneration>)> stop_requests)
    : context_{context},
      log_{log},
      stop_requests_{std::move(stop_requests)},
      reaper_{std::move(loops), executor, [this](ReapReport report) {
                  boost::asio::post(context_, [this, ended = std::move(report)] { on_reaped(ended); });
              }} {}

void Drain::retire(std::shared_ptr<Generation> generation, std::string event,
                   std::chrono::milliseconds deadline) {
    generation->end_serving();
    Entry& entry = entries_[generation];
    entry.event = std::move(event);
    entry.requests = generation->requests.load(std::memory_order_relaxed);
    wait(generation, std::min(slow, deadline),
         [this, generation, deadline] { announce_slow(generation, deadline); });
    const auto reaper_patience = std::max(deadline, stop_patience);
    generation->retire([this, reaper_patience, generation = generation.get()] {
        // The entry holds the generation until the reaper has reported it.
        boost::asio::post(context_, [this, reaper_patience, generation] {
            for (const auto& [held, unused] : entries_)
                if (held.get() == generation) return reaper_.reap(held, reaper_patience);
        });
    });
}

void Drain::discard(std::shared_ptr<Generation> generation, std::chrono::milliseconds deadline) {
    entries_[generation].served = false;
    generation->cancel_outside();  // there is nobody that they are for
    retire(std::move(generation), {}, deadline);
}

std::shared_ptr<Generation> Drain::owner_of(const detail::LeaseBlock* lease) const {
    for (const auto& [generation, unused] : entries_)
        if (std::ranges::find(generation->leases, lease) != generation->leases.end()) return generation;
    return nullptr;
}

void Drain::wait(const std::shared_ptr<Generation>& generation, std::chrono::milliseconds time,
                 std::function<void()> then) {
    Entry& entry = entries_[generation];
    if (!entry.timer) entry.timer = std::make_unique<boost::asio::steady_timer>(context_);
    entry.timer->expires_after(time);
    entry.timer->async_wait([this, generation, then = std::move(then)](boost::system::error_code error) {
        if (!error && entries_.contains(generation)) then();
    });
}

void Drain::announce_slow(const std::shared_ptr<Generation>& generation, std::chrono::milliseconds deadline) {
    Entry& entry = entries_[generation];
    if (!entry.event.empty()) {
        log_.info(entry.event + " · gen " + std::to_string(generation->number) + " draining " +
                  work_of(*generation));
        entry.event.clear();
    }
    wait(generation, deadline > slow ? deadline - slow : std::chrono::milliseconds{0},
         [this, generation] { ask_to_stop(generation); });
}

void Drain::ask_to_stop(const std::shared_ptr<Generation>& generation) {
    Entry& entry = entries_[generation];
    if (!std::exchange(entry.asked_to_stop, true)) {
        stop_requests_(generation);
        generation->cancel_outside();
    }
    wait(generation, stop_patience, [this, generation] { report_held(generation); });
}

void Drain::report_held(const std::shared_ptr<Generation>& generation) {
    log_.warning(generation->title() + " stays loaded: " +
                 count(generation->leases_of_others(), "operation") + " of it did not end when asked to (" +
                 work_of(*generation) + "; the rest are tasks, timers or executors it keeps)");
}

void Drain::on_reaped(const ReapReport& report) {
    const auto found = entries_.find(report.generation);
    if (found == entries_.end()) return;
    const Entry& entry = found->second;
    const Generation& generation = *report.generation;
    std::string line = entry.event.empty() ? generation.title()
                                           : entry.event + " · gen " + std::to_string(generation.number);
    line += entry.served ? " drained " + count(entry.requests, "request") : " ended, having served nobody";
    if (!report.stop_problem.empty()) line += " · its stop() failed: " + report.stop_problem;
    if (report.unmapped) {
        log_.info(line + " · unmapped in " + std::to_string(report.took.count()) + " ms");
    } else {
        for (const std::string& pin : report.pins) line += " · stays mapped: " + pin;
        log_.warning(line);
    }
    entries_.erase(found);
    if (entries_.empty() && when_empty_) std::exchange(when_empty_, {})();
}

void Drain::when_empty(std::function<void()> callback) {
    if (entries_.empty()) return callback();
    when_empty_ = std::move(callback);
}

void Drain::stop_all() {
    for (auto& [generation, entry] : entries_) {
        if (!entry.asked_to_stop) ask_to_stop(generation);
    }
}

std::vector<std::string> Drain::unfinished() const {
    std::vector<std::string> sentences;
    for (const auto& [generation, entry] : entries_) {
        sentences.push_back(generation->title() + " still holds " +
                            count(generation->leases_of_others(), "operation") + ", " + work_of(*generation) +
                            " among them");
    }
    return sentences;
}

}  // namespace patchbay
