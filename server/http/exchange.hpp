// One request and the run of its handler, wherever that is: on this event loop, on the plugin's home loop or
// on an executor thread. Taken from its loop's pool when a request arrives, given back when the answer is on
// its way.
#pragma once

#include "http/body_pipe.hpp"
#include "http/buffer.hpp"
#include "http/post_count.hpp"
#include "http/published_routes.hpp"
#include "http/request_parser.hpp"
#include "runtime/loop_thread.hpp"

#include <patchbay/detail/generation_info.hpp>
#include <patchbay/detail/hint_sink.hpp>
#include <patchbay/detail/task_context.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/task.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace patchbay {

class FilterRun;
class Logger;

/// What an exchange needs of the process. Owned by the application, outlives every exchange.
struct ExchangeServices {
    ExecutorPool* executor = nullptr;
    Logger* log = nullptr;
};

/// Who waits for an exchange: told on the exchange's own loop.
class ExchangeOwner {
public:
    virtual void on_exchange_ended() = 0;
    /// The answer is a stream: its head is there (the first time), and perhaps some of its body.
    virtual void on_exchange_output() = 0;
    /// The reader of an opened body waits for more of it.
    virtual void on_body_wanted() = 0;
    /// The handler has something to tell the client before its answer: a whole informational response.
    virtual void on_early_hints(std::string_view response) = 0;
    /// The answer opens a WebSocket, and has filters or values that stay until that has ended: the exchange
    /// goes on until leave_upgrade(). Any other exchange just ends.
    virtual void on_exchange_upgrade() = 0;

protected:
    ~ExchangeOwner() = default;
};

class Exchange final : detail::TaskContext, detail::BlockingJob, detail::HintSink {
public:
    /// `loop` is the one its connection lives on.
    Exchange(LoopThread& loop, const ExchangeServices& services);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    RequestParser& parser() noexcept { return parser_; }
    detail::RequestData& request() noexcept { return parser_.request(); }

    /// What the request is for, chosen by its connection when the head is complete.
    struct Choice {
        const Endpoint* endpoint = nullptr;  ///< of the routes with the number below
        std::uint64_t routes_number = 0;
        RouteMatch match;
        const FilterChain* filters = nullptr;  ///< of the same routes
        bool filtered = false;                 ///< the filters have let the request pass, or answered it
        bool inner_filtered = false;           ///< the inner ones have seen the answer
    };
    Choice choice;
    std::string path_scratch;                     ///< for parse_target()
    std::chrono::steady_clock::time_point began;  ///< when there is an access log: the request's first byte

    /// Runs the endpoint's handler for the request. True when it has ended already: response() is set.
    /// Otherwise the owner is told when it has. The request's views must stay valid until then. Nothing the
    /// handler throws gets out. `deadline` travels with the task and its jobs. On the loop's thread. `routes`
    /// are those of the endpoint; kept while the handler runs, since the request views its parameters' names.
    bool run(const Endpoint& endpoint, const std::shared_ptr<const PublishedRoutes>& routes,
             ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline);
    /// The same for an answer of the host's, which only passes through the inner filters of `choice`.
    bool run_answer(Response answer, const std::shared_ptr<const PublishedRoutes>& routes,
                    ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline);
    /// Whether the handler that runs, or one of its filters, is that generation's.
    bool runs_in(const ServedGeneration& generation) const noexcept;

    /// The owner goes away or has answered by itself: the handler is asked to stop, and the exchange deletes
    /// itself once it has. `input` holds the bytes that the request's views point into.
    static void abandon(std::unique_ptr<Exchange> exchange, std::unique_ptr<Buffer> input);
    /// Asks the handler to stop: cancels its task, or drops it if it waits for a thread. It still ends by
    /// itself.
    void request_stop();

    /// Whether it was asked to stop.
    bool asked_to_stop() const noexcept { return doomed; }
    /// Whether it goes on after on_exchange_upgrade().
    bool outlasts_upgrade() const noexcept { return filtering_; }
    /// Instead of the WebSocket of on_exchange_upgrade(), this is the answer; the owner is told of the end.
    void decline_upgrade(Response answer);
    /// It goes on without its owner, until leave_upgrade(). On its loop.
    static std::unique_ptr<Exchange> outlive_owner(std::unique_ptr<Exchange> exchange) noexcept;
    /// The WebSocket of on_exchange_upgrade() has ended. Any thread.
    static void leave_upgrade(std::unique_ptr<Exchange> exchange) noexcept;

    /// Lets the handler read the body while it arrives: before run(). `head` holds the bytes that the
    /// request's views point into.
    void open_body(std::unique_ptr<Buffer> head, const BodyFraming& framing);
    /// Null unless the body was opened and not closed.
    IncomingBody* incoming() noexcept { return incoming_ ? &*incoming_ : nullptr; }
    /// Once the handler has ended: gives the head back; null when no body was opened.
    std::unique_ptr<Buffer> close_body() noexcept;

    /// Of a stream, the head.
    Response& response() noexcept { return response_; }
    /// Whether the body comes by take_output(). For the owner, once it has been told of output or of the end.
    bool streams() const noexcept { return pipe_.has_value(); }
    /// Whether the answer would have been a stream if it were not one to HEAD.
    bool head_of_stream() const noexcept { return head_of_stream_; }
    /// What has been produced since the last call; lets the producer go on.
    std::string take_output() { return pipe_->take(); }
    /// Once ended: whether the producer did not come to the end of the body.
    bool stream_failed() const noexcept { return stream_failed_; }
    /// Frees a large body of the last answer, or its file, before a long rest.
    void forget() {
        if (response_.source() || response_.body().capacity() > Buffer::usual_capacity)
            response_ = Response{};
    }

private:
    // The exchange as a message to the home loop and back.
    struct Message : LoopMessage {
        Exchange* exchange = nullptr;
    };

    void begin(ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline) noexcept;
    bool run_endpoint(const Endpoint& endpoint, const std::shared_ptr<const PublishedRoutes>& routes);
    bool run_here(detail::LeaseBlock* block, const std::shared_ptr<const PublishedRoutes>& routes);
    bool not_running() noexcept;
    bool ends_later(const std::shared_ptr<const PublishedRoutes>& routes);
    void call_plain();
    void run_at_home() noexcept;
    void handler_ended_away() noexcept;
    bool start_task() noexcept;
    void settle_task() noexcept;
    void task_finished() noexcept;
    static Response busy();
    bool produces_body() const noexcept;
    bool begin_stream() noexcept;
    bool drop_stream() noexcept;
    void start_producer() noexcept;
    void producer_finished() noexcept;
    void produce_blocking() noexcept;
    void end_stream(bool failed) noexcept;
    void announce_output() noexcept;
    void stop_producer();
    void end_output();
    void want_body();
    void post_ran() noexcept;
    void cancel_task();
    void on_output() noexcept;
    void begin_running(const std::shared_ptr<const PublishedRoutes>& routes) noexcept;
    void end_running() noexcept;
    void let_values_go() noexcept {
        if (parser_.request().attached) [[unlikely]]
            pass_values_on();
    }
    void pass_values_on() noexcept;
    void on_upgrade() noexcept;
    // With inner filters: exchange_filters.cpp.
    bool run_filtered(const Endpoint* endpoint, const std::shared_ptr<const PublishedRoutes>& routes);
    bool filters_go_on() noexcept;
    bool next_before() noexcept;
    bool next_handler() noexcept;
    bool next_after() noexcept;
    bool next_stream() noexcept;
    bool next_release() noexcept;
    bool run_step() noexcept;
    bool start_step() noexcept;
    void step_finished() noexcept;
    void settle_step(bool well) noexcept;
    void settle_source() noexcept;
    void step_ended() noexcept;
    template <class Step>
    bool guarded_filter(Step step) noexcept;
    void keep_source(std::shared_ptr<const detail::BodySource> source) noexcept;
    void drop_values_here() noexcept;
    void resume_filters() noexcept;
    void ended_away() noexcept;
    void ended() noexcept;

    void send_hints(FieldList fields) override;
    void run() noexcept override;
    void drop(Drop reason) noexcept override;

    template <class Handler>
    void guarded(Handler handler) noexcept;
    /// Runs a step of the producer; false when it has failed.
    template <class Step>
    bool guarded_step(Step step) noexcept;
    Response failure(const char* what);
    std::optional<Response> own_answer() noexcept;
    void apply_page() noexcept;
    std::string log_failure(const char* what);
    static void deliver_to(LoopThread& loop, Exchange& exchange, LoopMessage::Handle handle) noexcept;
    static void on_end_message(LoopMessage& message) noexcept;

    LoopThread* loop_;
    const ExchangeServices* services_;
    RequestParser parser_;
    const detail::HandlerEntry* handler_ = nullptr;      // gone once the generation has drained
    std::atomic<HandlerKind> kind_{HandlerKind::async};  // of what runs: the handler, or then the producer
    const ServedGeneration* generation_ = nullptr;
    ExchangeOwner* owner_ = nullptr;
    std::optional<Request> request_;
    Task<Response> task_;
    Response response_;
    Message message_;
    std::optional<BodyPipe> pipe_;  // of the stream that the answer is
    std::optional<BodyWriter> writer_;
    Task<> producer_;
    Message output_message_;
    bool producing_ = false;
    bool head_of_stream_ = false;
    bool stream_failed_ = false;
    bool output_begun_ = false;                      // the owner's loop knows of the pipe
    std::shared_ptr<const PublishedRoutes> routes_;  // while running
    std::unique_ptr<Buffer> input_;                  // once abandoned, or while the body arrives
    std::optional<IncomingBody> incoming_;           // of a body that arrives while the handler runs
    PostCount posts_;                                // of functions with our address
    bool running_ = false;
    bool abandoned_ = false;
    bool filtering_ = false;                 // inner filters are at work, or what they are around
    bool in_step_ = false;                   // it is a filter that runs
    std::unique_ptr<FilterRun> filter_run_;  // once it was needed
};

}  // namespace patchbay
