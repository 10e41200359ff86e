// One request of testing::App: owns the bytes that the handler's Request refers to, and the handler's task.
// Shared between the thread that asks and the thread that answers.
#pragma once

#include "testing_host.hpp"

#include <patchbay/detail/hint_sink.hpp>

#include <atomic>
#include <future>
#include <memory>

namespace patchbay::detail {

/// Takes a whole streamed body; there is always room, until nobody waits for it any more.
class CollectingSink final : public BodySink {
public:
    explicit CollectingSink(const std::atomic<bool>& unwanted) : unwanted_{unwanted} {}

    bool put(std::string_view bytes) override {
        if (unwanted_) return false;
        bytes_.append(bytes);
        return true;
    }
    bool put_last(std::string_view) override { return false; }
    bool has_room() const override { return true; }
    void wait_for_room(Waiter& waiter) override { waiter.on_room(); }
    bool forget(Waiter&) override { return false; }
    bool block_for_room() override { return true; }

    std::string& bytes() noexcept { return bytes_; }

private:
    const std::atomic<bool>& unwanted_;
    std::string bytes_;
};

class FakeRequest final : TaskContext, BlockingJob, HintSink {
public:
    FakeRequest(FakeHost& host, testing::RequestOptions options);

    /// Finds the handler, runs it where its kind says, with `filters` and its own around it, and waits.
    static Response answer(const std::shared_ptr<FakeRequest>& request, const Handlers& handlers,
                           const std::vector<std::string>& filters, std::chrono::nanoseconds limit);

private:
    /// Nothing when `entry_` is set; otherwise the answer to a request that fits no route.
    std::optional<Response> route(const Handlers& handlers);
    /// Decodes the path; gives what is wrong with the target.
    std::string_view read_target();
    void start();
    void start_task();
    void add_filters(const Handlers& handlers, const std::vector<std::string>& names);
    Task<Response> run_filtered();
    Task<Response> run_entry();
    Task<std::optional<Response>> run_before(const FilterEntry& filter);
    Task<> run_after(const FilterEntry& filter, Response& response);
    void send_hints(FieldList fields) override;
    void run() noexcept override;
    void drop(Drop reason) noexcept override;
    void settle(Response response) noexcept;
    void answer_with(Response response) noexcept;
    void start_producer() noexcept;
    void produce_blocking() noexcept;
    void produced(bool well) noexcept;
    template <class Step>
    bool produced_well(Step step) noexcept;

    /// What `produce` gives, or the answer to what it throws, as the plugin changes it.
    Response response_of(const std::function<Response()>& produce) noexcept;
    std::optional<Response> own_answer() noexcept;
    void apply_page(Response& response) noexcept;
    Response failure(const char* what);
    std::string log_failure(const char* what);
    bool has_body(const Response& response) const noexcept;
    void add_missing_headers();

    FakeHost& host_;
    const testing::RequestOptions options_;
    std::string path_;
    std::string body_length_;
    std::vector<HeaderField> headers_;
    std::vector<HeaderField> trailers_;
    PathParams path_params_;
    RequestData data_;
    Request request_{data_};
    const HandlerEntry* entry_ = nullptr;
    std::vector<const FilterEntry*> filters_;  // in the order in which they see the request
    const FilterEntry* in_filter_ = nullptr;   // it is this one that runs
    bool settled_ = false;                     // the handler is done: what ends now are its filters
    Task<Response> task_;
    std::optional<Response> stream_;  // the answer whose body is being produced
    CollectingSink sink_{doomed};
    BodyWriter writer_{sink_};
    Task<> producer_;
    std::promise<Response> answered_;
    std::shared_ptr<FakeRequest> self_;  // while the handler has not ended
};

/// Errors: std::invalid_argument for two handlers that take the same requests, as the host refuses them.
void check_routes(const Handlers& handlers);

}  // namespace patchbay::detail
