#include "net/poller.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

namespace patchbay {
namespace {

constexpr std::size_t group_size = 16;  // more save nothing more, and wait longer for each other
constexpr int most_rounds = 4;          // of events, before the loop turns to its other work

int create_epoll() {
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    return descriptor;
}

}  // namespace

Poller::Poller(boost::asio::io_context& loop, std::chrono::nanoseconds most_held)
    : loop_{loop}, epoll_{create_epoll()}, descriptor_{loop.get_executor(), epoll_}, most_held_{most_held} {
    for (auto* const list : {&received_, &working_, &to_send_}) list->reserve(group_size);
}

Poller::~Poller() = default;

bool Poller::add(int descriptor, std::uint32_t events, EventSource& source) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::modify(int descriptor, std::uint32_t events, EventSource& source) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor) noexcept { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void Poller::retire(std::unique_ptr<EventSource> source) {
    source->retired_ = true;
    retired_.push_back(std::move(source));
    if (clearing_) return;
    boost::asio::post(loop_, [this] {
        clearing_ = false;
        retired_.clear();
    });
    clearing_ = true;
}

void Poller::wait() {
    descriptor_.async_wait(Descriptor::wait_read, [this](boost::system::error_code error) {
        if (error) return;
        // Whatever a turn throws (memory is the one thing left that can be missing) goes to the loop's log,
        // and the loop serves on.
        struct Again {
            Poller& poller;
            ~Again() { poller.wait(); }
        } const again{*this};
        turn();
    });
}

// Where several are ready at a time, more are by the time these are served, and to hear of them by way of the
// io_context costs a call more.
void Poller::turn() {
    for (int round = 0; round < most_rounds && take_events() > 1; ++round) {
    }
}

std::size_t Poller::take_events() {
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    const auto count = static_cast<std::size_t>(std::max(ready, 0));
    for (std::size_t i = 0; i < count; ++i) {
        auto& source = *static_cast<EventSource*>(events[i].data.ptr);
        call(source, [&] { source.on_events(events[i].events); });
        if (i % group_size == group_size - 1) finish_group();
    }
    finish_group();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return count;
}

// One that has sent and has more work joins a group again.
void Poller::finish_group() {
    using Clock = std::chrono::steady_clock;
    while (!received_.empty()) {
        working_.swap(received_);
        const bool alone = working_.size() == 1;
        const auto deadline = alone ? Clock::time_point{} : Clock::now() + most_held_;
        for (EventSource* const source : working_) {
            call(*source, [source] { source->on_received(); });
            if (!alone && !to_send_.empty() && Clock::now() >= deadline) send();
        }
        working_.clear();
        send();
    }
}

void Poller::send() {
    for (EventSource* const source : to_send_) call(*source, [source] { source->on_send(); });
    to_send_.clear();
}

// What one source throws must not keep the others of its group from their steps.
template <class Function>
void Poller::call(EventSource& source, Function function) noexcept {
    if (source.retired()) return;
    try {
        function();
    } catch (...) {
        if (!failure_) failure_ = std::current_exception();
        if (source.retired()) return;
        try {
            source.on_failure();
        } catch (...) {  // nothing more can be done for it
        }
    }
}

}  // namespace patchbay
