#include <patchbay/blocking.hpp>
#include <patchbay/http_error.hpp>

#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <string>

namespace patchbay::detail {

void throw_busy() {
    HttpError error{http::status::service_unavailable, "The server is busy. Try again shortly."};
    error.header("Retry-After", "1");
    throw error;
}

void throw_dropped(BlockingJob::Drop reason) {
    using enum BlockingJob::Drop;
    const char* const why = reason == cancelled ? "cancelled before the blocking call began"
                            : reason == deadline_passed
                                ? "the deadline passed before the blocking call began"
                                : "the server shut down before the blocking call began";
    throw boost::system::system_error{asio::error::operation_aborted, why};
}

bool submit_job(BlockingJob& job, LeaseBlock* lease) noexcept {
    if (!lease) return false;
    job.lease = lease;
    GenerationInfo& generation = lease->generation();
    return generation.services && generation.services->submit(job, generation);
}

LoopExecutor home_executor(const char* caller) {
    const ThreadState& state = thread_state;
    if (state.kind == ThreadKind::event_loop) {
        throw std::logic_error{std::string{caller} +
                               "() was called from a running event loop, which would wait for itself: "
                               "co_await the task instead"};
    }
    if (!state.lease || !state.lease->generation().home_loop) {
        throw std::logic_error{std::string{caller} + "() was called on a thread that runs no handler"};
    }
    return LoopExecutor{*state.lease->generation().home_loop, state.lease};
}

}  // namespace patchbay::detail
