#include "runtime/loop_thread.hpp"

#include "log/start_thread.hpp"
#include "runtime/host_thread.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <exception>
#include <future>
#include <memory>
#include <utility>

namespace patchbay {
namespace {

namespace asio = boost::asio;

void create_services(asio::io_context& context) {
    const asio::steady_timer steady{context};
    const asio::system_timer system{context};
    const asio::ip::tcp::socket tcp{context};
    const asio::ip::tcp::acceptor acceptor{context};
    const asio::ip::tcp::resolver tcp_resolver{context};
    const asio::ip::udp::socket udp{context};
    const asio::ip::udp::resolver udp_resolver{context};
    const asio::local::stream_protocol::socket local{context};
    const asio::local::stream_protocol::acceptor local_acceptor{context};
    const asio::local::datagram_protocol::socket local_datagram{context};
    const asio::posix::stream_descriptor descriptor{context};
    const asio::readable_pipe pipe{context};
    const asio::signal_set signals{context};
    const asio::strand<asio::io_context::executor_type> strand{context.get_executor()};
    const asio::io_context::strand old_strand{context};
    const boost::beast::websocket::stream<asio::ip::tcp::socket> websocket{context};
}

}  // namespace

LoopThread::LoopThread(unsigned index, std::function<void(std::string_view what)> on_stray)
    : index_{index},
      name_{"loop-" + std::to_string(index)},
      on_stray_{std::move(on_stray)},
      work_{context_.get_executor()} {
    create_services(context_);
}

LoopThread::~LoopThread() {
    if (thread_.joinable()) stop_and_join();
}

void LoopThread::start() {
    thread_ = start_thread(name_, [this] { thread_main(); });
}

void LoopThread::thread_main() {
    const HostThread thread{detail::ThreadKind::event_loop, name_, &context_};
    trace_.store(&detail::step_trace, std::memory_order_release);
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& error) {
            on_stray_(error.what());
        } catch (...) {
            on_stray_("an exception that is no std::exception");
        }
    }
}

void LoopThread::stop_and_join() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void LoopThread::deliver(LoopMessage& message) noexcept {
    LoopMessage* head = mailbox_.load(std::memory_order_relaxed);
    do {
        message.next = head;
    } while (!mailbox_.compare_exchange_weak(head, &message, std::memory_order_release,
                                             std::memory_order_relaxed));
    // Whoever found the mailbox empty wakes the loop for all that follow.
    if (!head) asio::post(context_, [this] { drain_mailbox(); });
}

void LoopThread::drain_mailbox() noexcept {
    LoopMessage* newest = mailbox_.exchange(nullptr, std::memory_order_acquire);
    LoopMessage* oldest = nullptr;
    while (newest) oldest = std::exchange(newest, std::exchange(newest->next, oldest));
    while (oldest) {
        LoopMessage& message = *std::exchange(oldest, oldest->next);
        message.handle(message);  // may be gone afterwards
    }
}

void LoopThread::run_and_wait(const std::function<void()>& function) {
    std::promise<void> done;
    asio::post(context_, [&] {
        try {
            function();
        } catch (...) {
            return done.set_exception(std::current_exception());
        }
        done.set_value();
    });
    done.get_future().get();
}

bool LoopThread::run_within(std::chrono::steady_clock::duration patience, std::function<void()> function) {
    const auto done = std::make_shared<std::promise<void>>();
    asio::post(context_, [done, function = std::move(function)] {
        function();
        done->set_value();
    });
    return done->get_future().wait_for(patience) == std::future_status::ready;
}

}  // namespace patchbay
