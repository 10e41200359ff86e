// The sockets of one event loop: a level-triggered epoll set that the loop's io_context watches as a single
// descriptor. A request then costs one receive and one send, where Asio's sockets would try a receive too
// many or re-arm the descriptor each time (docs/adr/0003). A group of sources takes each step together: all
// receive, then all do their work, then all send, so that each step's code is in the processor's caches for
// all but the first (docs/adr/0017). Owned by the loop's server; used on the loop's thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

namespace patchbay {

/// A descriptor in a poller. Its owner keeps it alive until Poller::retire().
class EventSource {
public:
    EventSource() = default;
    EventSource(const EventSource&) = delete;
    EventSource& operator=(const EventSource&) = delete;
    virtual ~EventSource() = default;

    /// `events` as epoll_wait(2) gives them.
    virtual void on_events(std::uint32_t events) = 0;
    /// The later steps of one that has asked for them. Not called once it is retired.
    virtual void on_received() {}
    virtual void on_send() {}
    /// One of these three has thrown: it is to be left in no half-done state.
    virtual void on_failure() {}
    /// What it waited for no longer matters: skip events of the turn that are still to come.
    bool retired() const noexcept { return retired_; }

private:
    friend class Poller;
    bool retired_ = false;
};

class Poller {
public:
    /// What is to be sent is held for `most_held` and one source's work at the longest, while others of its
    /// group work. Errors: std::system_error when no epoll descriptor is to be had.
    explicit Poller(boost::asio::io_context& loop,
                    std::chrono::nanoseconds most_held = std::chrono::microseconds{100});
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// Starts to deliver events. From now on the io_context always has work.
    void start() { wait(); }

    /// False when the kernel refuses (out of memory or watches): errno says why.
    [[nodiscard]] bool add(int descriptor, std::uint32_t events, EventSource& source) noexcept;
    void modify(int descriptor, std::uint32_t events, EventSource& source) noexcept;
    void remove(int descriptor) noexcept;

    /// Calls on_received() when the others of its group have received too. Only in on_events(), or in
    /// on_send() for more work, and once.
    void work_later(EventSource& source) { received_.push_back(&source); }
    /// Calls on_send() when the others of its group have done their work too, or some have taken long. Only
    /// in on_received(), and once.
    void send_later(EventSource& source) { to_send_.push_back(&source); }

    /// Destroys the source later: when no event of the running turn can name it and the caller has returned.
    void retire(std::unique_ptr<EventSource> source);

private:
    using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    void wait();
    void turn();
    std::size_t take_events();
    void finish_group();
    void send();
    template <class Function>
    void call(EventSource& source, Function function) noexcept;

    boost::asio::io_context& loop_;
    int epoll_;
    Descriptor descriptor_;  // owns epoll_
    std::chrono::nanoseconds most_held_;
    std::vector<EventSource*> received_;  // of the group, for its second step
    std::vector<EventSource*> working_;   // in its second step
    std::vector<EventSource*> to_send_;   // for its third
    std::exception_ptr failure_;          // the first of those that the loop hears of; later ones are dropped
    std::vector<std::unique_ptr<EventSource>> retired_;
    bool clearing_ = false;
};

}  // namespace patchbay
