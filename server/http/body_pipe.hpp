// Takes a streamed body from its producer, on whatever thread, to its connection's loop. Holds at most what
// the connection has not taken; the producer waits while that is too much.
#pragma once

#include <patchbay/detail/body_sink.hpp>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

class BodyPipe final : public detail::BodySink {
public:
    /// Whoever makes it tells the connection that a body begins. From then on `on_bytes` does, on the
    /// producer's thread, when there is something to take: once until the next take(), and not again before
    /// heard().
    explicit BodyPipe(std::function<void()> on_bytes) : on_bytes_{std::move(on_bytes)} {}
    BodyPipe(const BodyPipe&) = delete;
    BodyPipe& operator=(const BodyPipe&) = delete;

    bool put(std::string_view bytes) override;
    bool put_last(std::string_view bytes) override;
    bool has_room() const override;
    void wait_for_room(Waiter& waiter) override;
    bool forget(Waiter& waiter) override;
    bool block_for_room() override;

    /// What on_bytes sent has arrived: it may send the next. Any one thread.
    void heard();
    /// What has been put since the last call; the producer may go on. Any one thread.
    std::string take();
    /// The producer is to stop: its writes fail from now on. What it has put is still there to take.
    void end();
    /// Nobody reads any more: the same, and nothing is kept.
    void close();
    /// Whether either was called.
    bool ended() const;

private:
    static constexpr std::size_t enough = 64 * 1024;

    bool has_room_locked() const noexcept { return ended_ || bytes_.size() < enough; }
    void wake(std::unique_lock<std::mutex>& lock);

    std::function<void()> on_bytes_;
    mutable std::mutex mutex_;
    std::condition_variable room_;
    std::string bytes_;
    std::vector<Waiter*> waiters_;
    bool told_ = true;     // there is something that the reader knows of
    bool telling_ = true;  // and the news is on its way
    bool ended_ = false;
    bool closed_ = false;  // and nobody reads
};

}  // namespace patchbay
