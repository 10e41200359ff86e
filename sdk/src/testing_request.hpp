// One request of testing::App: owns the bytes that the handler's Request refers to, and the handler's task.
// Shared between the thread that asks and the thread that answers.
#pragma once

#include "testing_host.hpp"

#include <future>
#include <memory>

namespace patchbay::detail {

class FakeRequest final : TaskContext, BlockingJob {
public:
    FakeRequest(FakeHost& host, testing::RequestOptions options);

    /// Finds the handler, runs it where its kind says, and waits.
    static Response answer(const std::shared_ptr<FakeRequest>& request, const Handlers& handlers,
                           std::chrono::nanoseconds limit);

private:
    /// Nothing when `entry_` is set; otherwise the answer to a request that fits no route.
    std::optional<Response> route(const Handlers& handlers);
    void start();
    void start_async();
    void run() noexcept override;
    void drop(Drop reason) noexcept override;
    void settle(Response response) noexcept;

    template <class Produce>
    Response response_of(Produce produce) noexcept;

    FakeHost& host_;
    const testing::RequestOptions options_;
    std::string path_;
    std::vector<HeaderField> headers_;
    RequestData data_;
    Request request_{data_};
    const HandlerEntry* entry_ = nullptr;
    Task<Response> task_;
    std::promise<Response> answered_;
    std::shared_ptr<FakeRequest> self_;  // while the handler has not ended
};

}  // namespace patchbay::detail
