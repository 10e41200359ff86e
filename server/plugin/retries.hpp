// Plugin files that were refused because the system had run short of something: looked at again by
// themselves, after a second, then two, then four, at last once a minute. Owned by the plugin manager, on its
// thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string_view>

namespace patchbay {

/// Whether the system's own words for a full disk, too many open files or no memory are in the sentence: what
/// dlopen and plugins say holds no error code.
bool names_shortage(std::string_view problem);

class Retries {
public:
    /// `look` is given a file when its time has come.
    Retries(boost::asio::io_context& context, std::function<void(const std::filesystem::path&)> look);

    /// Has been refused, perhaps again; says when it will be looked at.
    std::chrono::seconds add(const std::filesystem::path& file);
    /// Is looked at for another reason: it is served, gone, or refused for good.
    void forget(const std::filesystem::path& file) { waiting_.erase(file); }
    void stop();

private:
    struct Waiting {
        std::chrono::seconds delay{};
        std::chrono::steady_clock::time_point due;
    };
    void arm();
    void look_at_due();

    boost::asio::steady_timer timer_;
    std::function<void(const std::filesystem::path&)> look_;
    std::map<std::filesystem::path, Waiting> waiting_;
};

}  // namespace patchbay
