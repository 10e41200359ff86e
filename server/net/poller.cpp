#include "net/poller.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

namespace patchbay {
namespace {

int create_epoll() {
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    return descriptor;
}

}  // namespace

Poller::Poller(boost::asio::io_context& loop)
    : loop_{loop}, epoll_{create_epoll()}, descriptor_{loop.get_executor(), epoll_} {}

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
    if (std::exchange(clearing_, true)) return;
    boost::asio::post(loop_, [this] {
        clearing_ = false;
        retired_.clear();
    });
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

void Poller::turn() {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        auto& source = *static_cast<EventSource*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (!source.retired()) source.on_events(events[static_cast<std::size_t>(i)].events);
    }
}

}  // namespace patchbay
