// One request and the run of its handler, wherever that is: on this event loop, on the plugin's home loop or
// on an executor thread. Taken from its loop's pool when a request arrives, given back when the answer is on
// its way.
#pragma once

#include "http/buffer.hpp"
#include "http/published_routes.hpp"
#include "http/request_parser.hpp"
#include "runtime/loop_thread.hpp"

#include <patchbay/detail/generation_info.hpp>
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

protected:
    ~ExchangeOwner() = default;
};

class Exchange final : detail::TaskContext, detail::BlockingJob {
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
    };
    Choice choice;
    std::string path_scratch;  ///< for parse_target()

    /// Runs the endpoint's handler for the request. True when it has ended already: response() is set.
    /// Otherwise the owner is told when it has. The request's views must stay valid until then. Nothing the
    /// handler throws gets out. `deadline` travels with the task and its jobs. On the loop's thread. `routes`
    /// are those of the endpoint; kept while the handler runs, since the request views its parameters' names.
    bool run(const Endpoint& endpoint, const std::shared_ptr<const PublishedRoutes>& routes,
             ExchangeOwner& owner, std::chrono::steady_clock::time_point deadline);
    bool running() const noexcept { return running_; }
    /// Of the handler that runs, or ran last.
    const ServedGeneration* generation() const noexcept { return generation_; }

    /// The owner goes away or has answered by itself: the handler is asked to stop, and the exchange deletes
    /// itself once it has. `input` holds the bytes that the request's views point into.
    static void abandon(std::unique_ptr<Exchange> exchange, std::unique_ptr<Buffer> input);
    /// Asks the handler to stop: cancels its task, or drops it if it waits for a thread. It still ends by
    /// itself.
    void request_stop();

    const Response& response() const noexcept { return response_; }
    /// Frees a large body of the last answer, before a long rest.
    void forget() {
        if (response_.body().capacity() > Buffer::usual_capacity) response_ = Response{};
    }

private:
    // The exchange as a message to the home loop and back.
    struct Message : LoopMessage {
        Exchange* exchange = nullptr;
    };

    bool run_here(detail::LeaseBlock* block, const std::shared_ptr<const PublishedRoutes>& routes);
    void call_plain();
    void run_at_home() noexcept;
    bool start_task() noexcept;
    void settle_task() noexcept;
    void task_finished() noexcept;
    void begin_running(const std::shared_ptr<const PublishedRoutes>& routes) noexcept;
    void end_running() noexcept;
    void ended_away() noexcept;
    void ended() noexcept;

    void run() noexcept override;
    void drop(Drop reason) noexcept override;

    template <class Handler>
    void guarded(Handler handler) noexcept;
    Response failure(const char* what);
    static void deliver_to(LoopThread& loop, Exchange& exchange, LoopMessage::Handle handle) noexcept;
    static void on_end_message(LoopMessage& message) noexcept;

    LoopThread* loop_;
    const ExchangeServices* services_;
    RequestParser parser_;
    const detail::HandlerEntry* handler_ = nullptr;
    const ServedGeneration* generation_ = nullptr;
    ExchangeOwner* owner_ = nullptr;
    std::optional<Request> request_;
    Task<Response> task_;
    Response response_;
    Message message_;
    std::shared_ptr<const PublishedRoutes> routes_;  // while running
    std::unique_ptr<Buffer> input_;                  // once abandoned
    std::atomic<unsigned> stop_posts_{0};            // request_stop() calls on their way to the home loop
    bool running_ = false;
    bool abandoned_ = false;
};

}  // namespace patchbay
