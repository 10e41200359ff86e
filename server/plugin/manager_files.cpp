// What lies in the plugin directory and in the watched files, and what becomes of a change there.
#include "log/logger.hpp"
#include "plugin/manager.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <future>
#include <stdexcept>
#include <sys/stat.h>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds between_looks{1};  // at a plugin directory that can't be read

bool is_plugin_file(const fs::path& file) {
    return file.extension() == ".so" && file.filename().native().front() != '.';
}

}  // namespace

fs::path PluginManager::spelled(const fs::path& path) {
    const fs::path normal = fs::absolute(path).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

void PluginManager::look() {
    boost::asio::post(context_, [this] {
        if (stopping_) return;
        seen_.clear();
        for (const auto& [name, entry] : entries_)
            if (entry->serving && !is_gone(entry->file)) seen_[entry->file] = entry->identity;
        look_at_directory();
    });
}

// What can't be read for now is no reason to take anything out of service. A parent's permissions change
// without an event, so the folder is looked at again until it can be read.
void PluginManager::look_at_directory() {
    try {
        if (watching_) watcher_->watch(directory_);  // another folder of that name, perhaps
    } catch (const std::system_error&) {             // what follows says why
    }
    const std::error_code error = look_at_everything();
    if (error && error != directory_error_) {
        services_.log->error("cannot read the plugin directory " + directory_.string() + ": " +
                             error.message());
    } else if (!error && directory_error_) {
        services_.log->info("the plugin directory " + directory_.string() + " can be read again");
    }
    directory_error_ = error;
    if (!error || !watching_) return;
    directory_timer_.expires_after(between_looks);
    directory_timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && !stopping_) look_at_directory();
    });
}

void PluginManager::watch(const fs::path& file, std::function<void()> on_change) {
    std::promise<void> watching;
    boost::asio::post(context_, [&, file = spelled(file)] {
        watched_files_[file] = std::move(on_change);
        try {
            watcher_->watch(file.parent_path());
        } catch (const std::exception& error) {
            services_.log->warning(std::string{error.what()} + ": changes are taken at SIGHUP only");
        }
        watching.set_value();
    });
    watching.get_future().get();
}

void PluginManager::look_at(const std::set<fs::path>& changed) {
    if (stopping_) return;
    if (changed.empty()) {
        for (const auto& [file, on_change] : watched_files_) on_change();
        return look();
    }
    if (watching_ && changed.contains(directory_)) look_at_directory();
    for (const fs::path& path : changed) {
        if (const auto watched = watched_files_.find(path); watched != watched_files_.end())
            watched->second();
        if (watching_ && path.parent_path() == directory_ && is_plugin_file(path)) look_at_file(path);
    }
    check_missing();
}

std::error_code PluginManager::look_at_everything() {
    std::set<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry{directory_, error}, end; !error && entry != end;
         entry.increment(error)) {
        if (is_plugin_file(entry->path())) files.insert(entry->path());
    }
    plan_warnings_.forget_if(is_gone);
    for (const fs::path& file : files) look_at_file(file);
    check_missing();
    return error;
}

void PluginManager::look_at_file(const fs::path& file) {
    if (services_.loading.stop_requested()) return;
    const auto identity = identity_of(file);
    if (!identity) {
        if (is_gone(file)) {
            seen_.erase(file);
            plan_warnings_.forget(file);
            retries_.forget(file);
        }
        return;
    }
    if (const auto seen = seen_.find(file); seen != seen_.end()) {
        if (seen->second == *identity) return;
        retries_.forget(file);  // that was another file, which had been waited for
    }
    seen_[file] = *identity;
    load_file(file);
}

std::optional<PluginManager::FileIdentity> PluginManager::identity_of(const fs::path& file) {
    struct stat status{};
    // A link that leads to nothing is refused as itself.
    if (::stat(file.c_str(), &status) != 0 &&
        (::lstat(file.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)))
        return std::nullopt;
    return FileIdentity{status.st_dev,
                        status.st_ino,
                        static_cast<std::uint64_t>(status.st_size),
                        status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
                        status.st_mode,
                        status.st_uid};
}

// Any other error only says that nobody can tell.
bool PluginManager::is_gone(const fs::path& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

// A file that is gone may be about to come back: compilers delete, then create.
void PluginManager::check_missing() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::string> gone;
    auto next = std::chrono::steady_clock::time_point::max();
    for (const auto& [name, entry] : entries_) {
        if (!entry->serving || !is_gone(entry->file)) {
            missing_.erase(name);
            continue;
        }
        const auto due = missing_.try_emplace(name, now).first->second + config_.plugins.retire_after;
        if (due <= now) {
            gone.push_back(name);
        } else {
            next = std::min(next, due);
        }
    }
    for (const std::string& name : gone) retire_plugin(name);
    if (next == std::chrono::steady_clock::time_point::max()) return;
    missing_timer_.expires_at(next);
    missing_timer_.async_wait([this](boost::system::error_code error) {
        if (!error) check_missing();
    });
}

}  // namespace patchbay
