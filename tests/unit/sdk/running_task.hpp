// A task under way on an event loop, started by a test that waits for it with a deadline. Shared between the
// test and the loop.
#pragma once

#include "support/eventually.hpp"

#include <patchbay/plugin.hpp>

#include <boost/asio/post.hpp>

#include <future>
#include <memory>
#include <stdexcept>

namespace patchbay::test {

/// A future's value within the deadline.
template <class T>
T get(std::future<T> future) {
    if (future.wait_for(patience) != std::future_status::ready)
        throw std::runtime_error{"nothing within the deadline"};
    return future.get();
}

/// A task under way on one of the loops.
template <class T>
class Running final : public detail::TaskContext, public std::enable_shared_from_this<Running<T>> {
public:
    Running(Task<T> task, LoopExecutor on) : task_{std::move(task)}, loop_{&on.context()} {
        executor = std::move(on);
        finished = [](detail::TaskContext& context) noexcept { static_cast<Running&>(context).settle(); };
    }

    void begin() {
        self_ = this->shared_from_this();
        asio::post(executor, [this] {
            if (task_.start(*this)) settle();
        });
    }
    /// Cancels it; from any thread.
    void stop() {
        asio::post(*loop_, [self = this->shared_from_this()] {
            if (!self->task_.empty()) self->cancel();
        });
    }
    /// Waits for the end; the value or the exception.
    T get() { return test::get(promise_.get_future()); }

private:
    void settle() noexcept {
        const auto keep = std::move(self_);
        const detail::LeaseScope scope{executor.lease()};
        std::exception_ptr error;
        try {
            if constexpr (std::is_void_v<T>) {
                task_.take();
                end();
                return promise_.set_value();
            } else {
                T value = task_.take();
                end();
                return promise_.set_value(std::move(value));
            }
        } catch (...) {
            error = std::current_exception();
        }
        end();
        promise_.set_exception(
            std::move(error));  // the only reference: its count is invisible to ThreadSanitizer
    }
    void end() noexcept {
        task_ = {};
        executor = {};
    }

    Task<T> task_;
    asio::io_context* loop_;
    std::promise<T> promise_;
    std::shared_ptr<Running> self_;
};

}  // namespace patchbay::test
