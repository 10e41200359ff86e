#include "runtime/timer_wheel.hpp"

#include <algorithm>
#include <utility>

namespace patchbay {

TimerWheel::TimerWheel(boost::asio::io_context& loop)
    : timer_{loop.get_executor()}, start_{std::chrono::steady_clock::now()} {}

TimerWheel::~TimerWheel() {
    for (Entry*& head : heads_)
        while (head) head->unlink();
}

void TimerWheel::Entry::unlink() noexcept {
    if (!wheel_) return;
    (previous_ ? previous_->following_ : wheel_->heads_[linked_at_ % slots]) = following_;
    if (following_) following_->previous_ = previous_;
    --wheel_->linked_;
    wheel_ = nullptr;
    previous_ = following_ = nullptr;
}

void TimerWheel::arm(Entry& entry, std::chrono::milliseconds after) {
    if (!ticking_) {
        catch_up();
        schedule_tick();
    }
    // One tick more: the current one has partly passed.
    const auto ticks =
        std::clamp<std::int64_t>((after + tick - std::chrono::milliseconds{1}) / tick, 1, 1LL << 30);
    entry.due_ = now_ + static_cast<std::uint32_t>(ticks) + 1;
    if (entry.wheel_ && static_cast<std::int32_t>(entry.due_ - entry.linked_at_) >= 0)
        return;  // looked at in time
    entry.unlink();
    link(entry);
}

void TimerWheel::link(Entry& entry) noexcept {
    // Further away than the wheel goes round: look again then.
    entry.linked_at_ = now_ + std::min(entry.due_ - now_, slots - 1);
    Entry*& head = heads_[entry.linked_at_ % slots];
    entry.wheel_ = this;
    entry.previous_ = nullptr;
    entry.following_ = head;
    if (head) head->previous_ = &entry;
    head = &entry;
    ++linked_;
}

void TimerWheel::catch_up() noexcept {
    now_ = static_cast<std::uint32_t>((std::chrono::steady_clock::now() - start_) / tick);
}

void TimerWheel::schedule_tick() {
    ticking_ = true;
    timer_.expires_at(start_ + (now_ + 1) * tick);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) on_tick();
    });
}

void TimerWheel::on_tick() {
    struct Again {  // also when an entry's on_timeout() has thrown
        TimerWheel& wheel;
        ~Again() {
            wheel.ticking_ = false;  // an idle loop sleeps
            if (wheel.linked_ > 0) wheel.schedule_tick();
        }
    } const again{*this};
    // A loop that something held up has not looked at its sockets meanwhile: that time is nobody's lateness,
    // least of all an entry's that was armed in it, by the tick before.
    const auto reached = static_cast<std::uint32_t>((std::chrono::steady_clock::now() - start_) / tick);
    start_ += (reached - now_ - 1) * tick;
    ++now_;
    expire_slot(now_ % slots);
}

void TimerWheel::expire_slot(std::uint32_t slot) {
    // on_timeout() may unlink any other: begin anew after each.
    for (Entry* entry = heads_[slot]; entry;) {
        if (static_cast<std::int32_t>(entry->due_ - now_) > 0) {
            Entry* const later = std::exchange(entry, entry->following_);
            later->unlink();
            link(*later);  // a slot is fewer than all away, so never into this one
            continue;
        }
        entry->unlink();
        entry->on_timeout();
        entry = heads_[slot];
    }
}

}  // namespace patchbay
