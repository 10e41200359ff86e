#include "http/body_pipe.hpp"

#include <utility>

namespace patchbay {

bool BodyPipe::put(std::string_view bytes) {
    {
        const std::scoped_lock lock{mutex_};
        if (ended_) return false;
        bytes_.append(bytes);
        if (bytes_.empty() || std::exchange(told_, true) || std::exchange(telling_, true)) return true;
    }
    on_bytes_();
    return true;
}

// The end of the producer follows, with which whoever reads looks for more.
bool BodyPipe::put_last(std::string_view bytes) {
    const std::scoped_lock lock{mutex_};
    if (!ended_ || closed_) return false;
    bytes_.append(bytes);
    return true;
}

bool BodyPipe::has_room() const {
    const std::scoped_lock lock{mutex_};
    return has_room_locked();
}

void BodyPipe::wait_for_room(Waiter& waiter) {
    {
        const std::scoped_lock lock{mutex_};
        if (!has_room_locked()) {
            waiters_.push_back(&waiter);
            return;
        }
    }
    waiter.on_room();
}

bool BodyPipe::forget(Waiter& waiter) {
    const std::scoped_lock lock{mutex_};
    return std::erase(waiters_, &waiter) > 0;
}

bool BodyPipe::block_for_room() {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [this] { return has_room_locked(); });
    return !ended_;
}

void BodyPipe::heard() {
    const std::scoped_lock lock{mutex_};
    telling_ = false;
}

std::string BodyPipe::take() {
    std::unique_lock lock{mutex_};
    told_ = false;
    std::string taken = std::exchange(bytes_, {});
    wake(lock);
    return taken;
}

void BodyPipe::end() {
    std::unique_lock lock{mutex_};
    ended_ = true;
    wake(lock);
}

void BodyPipe::close() {
    std::unique_lock lock{mutex_};
    ended_ = closed_ = true;
    bytes_.clear();
    wake(lock);
}

bool BodyPipe::ended() const {
    const std::scoped_lock lock{mutex_};
    return ended_;
}

// Whoever is told may end, and with the last of them the pipe, before this returns.
void BodyPipe::wake(std::unique_lock<std::mutex>& lock) {
    const std::vector<Waiter*> waiters = std::exchange(waiters_, {});
    room_.notify_all();
    lock.unlock();
    for (Waiter* const waiter : waiters) waiter->on_room();
}

}  // namespace patchbay
