// Tells when files in a few directories have changed and then stayed quiet for a while. Owned by the plugin
// manager, on its thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace patchbay {

class Watcher {
public:
    /// Written, created, moved or deleted: look for yourself which. Paths are the watched directory's with
    /// the file's name appended, or the directory's own when it was moved, deleted or its permissions were
    /// changed. An empty set means that events were lost: look at everything.
    using OnSettled = std::function<void(const std::set<std::filesystem::path>&)>;

    /// No further change will be told of.
    using OnFailed = std::function<void(const std::string& reason)>;

    /// Errors: std::system_error when inotify is not to be had.
    Watcher(boost::asio::io_context& context, std::chrono::milliseconds settle, OnSettled on_settled,
            OnFailed on_failed);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Errors: std::system_error that names the directory.
    void watch(const std::filesystem::path& directory);
    void settle(std::chrono::milliseconds time) noexcept { settle_ = time; }
    void stop();

private:
    void read();
    void take_events(std::size_t bytes);
    void note(const std::filesystem::path& path);
    void arm();
    void deliver();

    std::chrono::milliseconds settle_;
    OnSettled on_settled_;
    OnFailed on_failed_;
    boost::asio::posix::stream_descriptor inotify_;
    boost::asio::steady_timer timer_;
    std::map<int, std::set<std::filesystem::path>> directories_;  // by watch descriptor, in every spelling
    std::map<std::filesystem::path, std::chrono::steady_clock::time_point> due_;
    bool lost_ = false;
    alignas(8) std::array<char, 16 * 1024> events_{};
};

}  // namespace patchbay
