// The Asio executor that a handler is given: it runs functions on one event loop and keeps the plugin's
// generation mapped for as long as anything holds a copy of it or waits to run on it.
#pragma once

#include <patchbay/detail/thread_state.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/require.hpp>

#include <type_traits>
#include <utility>

namespace patchbay {

/// Satisfies Asio's Executor requirements, and fits any_io_executor's small buffer. It tracks no outstanding
/// work: the lease is the work. Thread-safety: copies may be used from any thread.
class LoopExecutor {
public:
    LoopExecutor() noexcept = default;
    /// Precondition: a count on the lease's block is held while this is constructed. A null lease pins
    /// nothing.
    LoopExecutor(asio::io_context& loop, detail::LeaseBlock* lease) noexcept : loop_{&loop}, lease_{lease} {}

    asio::io_context& context() const noexcept { return *loop_; }
    detail::LeaseBlock* lease() const noexcept { return lease_.block(); }
    bool running_in_this_thread() const noexcept { return loop_->get_executor().running_in_this_thread(); }

    asio::io_context& query(asio::execution::context_t) const noexcept { return *loop_; }
    asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
        if (never_blocking_) return asio::execution::blocking_t{asio::execution::blocking.never};
        return asio::execution::blocking_t{asio::execution::blocking.possibly};
    }
    LoopExecutor require(asio::execution::blocking_t::never_t) const noexcept { return with_blocking(true); }
    LoopExecutor require(asio::execution::blocking_t::possibly_t) const noexcept {
        return with_blocking(false);
    }

    template <class Function>
    void execute(Function&& function) const {
        auto executor = loop_->get_executor();
        if (!never_blocking_ && executor.running_in_this_thread()) {
            const detail::LeaseScope scope{lease_.block()};
            std::decay_t<Function> run{std::forward<Function>(function)};
            run();
            return;
        }
        asio::require(executor, asio::execution::blocking.never)
            .execute(Leased<std::decay_t<Function>>{lease_, std::forward<Function>(function)});
    }

    friend bool operator==(const LoopExecutor& a, const LoopExecutor& b) noexcept {
        return a.loop_ == b.loop_ && a.lease() == b.lease() && a.never_blocking_ == b.never_blocking_;
    }
    friend bool operator!=(const LoopExecutor& a, const LoopExecutor& b) noexcept { return !(a == b); }

private:
    // The function is destroyed before the lease: its destructor is the plugin's code.
    template <class Function>
    struct Leased {
        detail::Lease lease;
        Function function;
        void operator()() {
            detail::LeaseScope scope{lease.block()};
            function();
        }
    };

    LoopExecutor with_blocking(bool never) const noexcept {
        LoopExecutor copy{*this};
        copy.never_blocking_ = never;
        return copy;
    }

    asio::io_context* loop_ = nullptr;
    detail::Lease lease_;
    bool never_blocking_ = false;
};

static_assert(sizeof(LoopExecutor) <= 3 * sizeof(void*),
              "any_io_executor must hold it without an allocation");

}  // namespace patchbay
