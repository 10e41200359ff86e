#include "plugin/watcher.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <system_error>
#include <utility>

namespace patchbay {
namespace {

// Deletions too: whether a file that is gone stays gone is for the manager to find out.
constexpr std::uint32_t interesting = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE |
                                      IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;

int open_inotify() {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) throw std::system_error{errno, std::generic_category(), "inotify_init1"};
    return descriptor;
}

}  // namespace

Watcher::Watcher(boost::asio::io_context& context, std::chrono::milliseconds settle, OnSettled on_settled,
                 OnFailed on_failed)
    : settle_{settle},
      on_settled_{std::move(on_settled)},
      on_failed_{std::move(on_failed)},
      inotify_{context, open_inotify()},
      timer_{context} {
    read();
}

Watcher::~Watcher() = default;

void Watcher::watch(const std::filesystem::path& directory) {
    const int descriptor =
        ::inotify_add_watch(inotify_.native_handle(), directory.c_str(), interesting | IN_ONLYDIR);
    if (descriptor < 0) {
        throw std::system_error{errno, std::generic_category(), "cannot watch " + directory.string()};
    }
    directories_[descriptor].insert(directory);
}

void Watcher::stop() {
    boost::system::error_code ignored;
    inotify_.close(ignored);
    timer_.cancel();
}

void Watcher::read() {
    inotify_.async_read_some(boost::asio::buffer(events_),
                             [this](boost::system::error_code error, std::size_t bytes) {
                                 if (error == boost::asio::error::operation_aborted || !inotify_.is_open())
                                     return;
                                 if (error) return on_failed_(error.message());
                                 take_events(bytes);
                                 arm();
                                 read();
                             });
}

void Watcher::take_events(std::size_t bytes) {
    for (std::size_t at = 0; at < bytes;) {
        inotify_event event{};
        std::memcpy(&event, events_.data() + at, sizeof event);
        const char* const name = events_.data() + at + sizeof event;
        at += sizeof event + event.len;
        if (event.mask & IN_Q_OVERFLOW) {
            lost_ = true;
            note({});
        }
        const auto directory = directories_.find(event.wd);
        if (directory == directories_.end()) continue;
        if (event.len == 0) {  // of the directory itself
            if (event.mask & interesting)
                for (const auto& spelling : directory->second) note(spelling);
            continue;
        }
        if (name[0] == '.') continue;
        for (const auto& spelling : directory->second) note(spelling / name);
    }
}

void Watcher::note(const std::filesystem::path& path) {
    due_[path] = std::chrono::steady_clock::now() + settle_;
}

void Watcher::arm() {
    if (due_.empty()) return;
    const auto first = std::min_element(due_.begin(), due_.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    timer_.expires_at(first->second);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error && inotify_.is_open()) deliver();
    });
}

void Watcher::deliver() {
    const auto now = std::chrono::steady_clock::now();
    std::set<std::filesystem::path> settled;
    for (auto entry = due_.begin(); entry != due_.end();) {
        if (entry->second <= now) {
            settled.insert(entry->first);
            entry = due_.erase(entry);
        } else {
            ++entry;
        }
    }
    const bool any = !settled.empty();
    if (std::exchange(lost_, false)) settled.clear();
    if (any) on_settled_(settled);
    arm();
}

}  // namespace patchbay
