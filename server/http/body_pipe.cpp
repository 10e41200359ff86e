#include "http/body_pipe.hpp"

#include <utility>

namespace patchbay {

bool BodyPipe::put(std::string_view bytes) {
    {
        const std::scoped_lock lock{mutex_};
        if (closed_) return false;
        bytes_.append(bytes);
        if (bytes_.empty() || std::exchange(told_, true) || std::exchange(telling_, true)) return true;
    }
    on_bytes_();
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
            waiter_ = &waiter;
            return;
        }
    }
    waiter.on_room();
}

bool BodyPipe::forget(Waiter& waiter) {
    const std::scoped_lock lock{mutex_};
    if (waiter_ != &waiter) return false;
    waiter_ = nullptr;
    return true;
}

bool BodyPipe::block_for_room() {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [this] { return has_room_locked(); });
    return !closed_;
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

void BodyPipe::close() {
    std::unique_lock lock{mutex_};
    closed_ = true;
    bytes_.clear();
    wake(lock);
}

bool BodyPipe::closed() const {
    const std::scoped_lock lock{mutex_};
    return closed_;
}

// Whoever is told may end, and the pipe with it, before this returns.
void BodyPipe::wake(std::unique_lock<std::mutex>& lock) {
    Waiter* const waiter = std::exchange(waiter_, nullptr);
    room_.notify_all();
    lock.unlock();
    if (waiter) waiter->on_room();
}

}  // namespace patchbay
