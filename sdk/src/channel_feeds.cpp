#include "channel_feeds.hpp"

#include "stop_check.hpp"

#include <patchbay/detail/thread_state.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace patchbay::detail {
namespace {

constexpr std::chrono::nanoseconds longest_wait = std::chrono::hours{24 * 365};  // the clock has an end

[[noreturn]] void throw_cancelled() {
    throw boost::system::system_error{asio::error::operation_aborted, "cancelled"};
}

}  // namespace

void LoopFeed::begin(std::vector<ChannelMessage> history, bool missed) {
    queue_.begin(std::move(history), missed);
}

bool LoopFeed::offer(const ChannelMessage& message) {
    queue_.push(message);
    return due();
}

bool LoopFeed::lose(std::uint64_t messages) {
    queue_.lose(messages);
    return due();
}

// The message is taken here, so that no other task takes it before the waiter goes on.
void LoopFeed::wake() {
    if (!due()) return;
    ChannelReceive& receive = *std::exchange(waiter_, nullptr);
    receive.waiting_ = false;
    receive.message_ = queue_.take();
    go_on(receive);
}

void LoopFeed::end() {
    queue_.close();
    queue_.clear();
    if (!waiter_) return;
    ChannelReceive& receive = *std::exchange(waiter_, nullptr);
    receive.waiting_ = false;
    go_on_later(receive);
}

void LoopFeed::go_on(ChannelReceive& receive) {
    const HandlerScope scope{receive.context_->executor.lease()};
    receive.waiter_.resume();
}

// Not inside a cancellation, which still uses the slot, nor inside another task, which may be in the middle
// of a change to what both use.
void LoopFeed::go_on_later(ChannelReceive& receive) {
    asio::post(receive.context_->executor, [&receive] { go_on(receive); });
}

bool ChannelReceive::await_ready() {
    if (context_->cancelled) throw_cancelled();
    if (!feed_) throw std::logic_error{"patchbay: this Subscription was moved from"};
    if (&context_->executor.context() != feed_->loop())
        throw std::logic_error{
            "patchbay: a Subscription is received from on another event loop than its own"};
    if (feed_->waiter_)
        throw std::logic_error{"patchbay: another task receives from this Subscription already"};
    message_ = feed_->queue_.take();
    return message_ || feed_->queue_.closed();
}

void ChannelReceive::await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    waiting_ = true;
    feed_->waiter_ = this;
    context_->signal.slot().assign([this](asio::cancellation_type) {
        if (!waiting_) return;  // it goes on already
        waiting_ = false;
        feed_->waiter_ = nullptr;
        cancelled_ = true;
        LoopFeed::go_on_later(*this);
    });
}

std::optional<ChannelMessage> ChannelReceive::await_resume() {
    context_->signal.slot().clear();
    if (cancelled_) throw_cancelled();
    return std::move(message_);
}

void ThreadFeed::begin(std::vector<ChannelMessage> history, bool missed) {
    const std::scoped_lock lock{mutex_};
    queue_.begin(std::move(history), missed);
}

bool ThreadFeed::offer(const ChannelMessage& message) {
    const std::scoped_lock lock{mutex_};
    queue_.push(message);
    changed_.notify_all();
    return false;
}

bool ThreadFeed::lose(std::uint64_t messages) {
    const std::scoped_lock lock{mutex_};
    queue_.lose(messages);
    changed_.notify_all();
    return false;
}

std::optional<ChannelMessage> ThreadFeed::receive(std::optional<std::chrono::nanoseconds> limit) {
    if (thread_state.kind == ThreadKind::event_loop) {
        throw std::logic_error{
            "patchbay: a BlockingSubscription would wait on an event loop: co_await one of subscribe()"};
    }
    std::unique_lock lock{mutex_};
    if (receiving_)
        throw std::logic_error{"patchbay: another thread receives from this BlockingSubscription already"};
    receiving_ = true;
    const bool stopped =
        wait_until_due(lock, Clock::now() + std::min(limit.value_or(longest_wait), longest_wait));
    receiving_ = false;
    if (stopped) throw_cancelled();
    return queue_.take();
}

// True when whoever receives is to stop, and nothing has come for it.
bool ThreadFeed::wait_until_due(std::unique_lock<std::mutex>& lock, Clock::time_point end) {
    const auto due = [this] { return stopped_ || !queue_.empty() || queue_.closed(); };
    do {
        if (due()) return stopped_;
        if (asked_to_stop()) return true;
        changed_.wait_until(lock, std::min(end, Clock::now() + stop_check), due);
    } while (Clock::now() < end);
    return stopped_;
}

void ThreadFeed::end() {
    const std::scoped_lock lock{mutex_};
    queue_.close();
    queue_.clear();
    changed_.notify_all();
}

bool ThreadFeed::ended() const {
    const std::scoped_lock lock{mutex_};
    return queue_.closed() && queue_.empty();
}

bool ThreadFeed::missed() const {
    const std::scoped_lock lock{mutex_};
    return queue_.missed();
}

std::uint64_t ThreadFeed::dropped() const {
    const std::scoped_lock lock{mutex_};
    return queue_.dropped();
}

void ThreadFeed::stopped() noexcept {
    const std::scoped_lock lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
}

}  // namespace patchbay::detail
