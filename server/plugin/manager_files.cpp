// What lies in the plugin directory and in the watched files, what becomes of a change there, and how a file
// becomes a generation.
#include "log/logger.hpp"
#include "plugin/file_permissions.hpp"
#include "plugin/gate.hpp"
#include "plugin/manager.hpp"
#include "plugin/timed_load.hpp"

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

Settings::Positions positions_for(const Config& config, const std::string& plugin) {
    Settings::Positions positions;
    const std::string prefix = plugin + ".";
    for (const auto& [key, position] : config.setting_positions) {
        if (key.compare(0, prefix.size(), prefix) == 0)
            positions[key.substr(prefix.size())] = to_string(position);
    }
    return positions;
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
    for (const fs::path& file : files) look_at_file(file);
    check_missing();
    return error;
}

void PluginManager::look_at_file(const fs::path& file) {
    if (services_.loading.stop_requested()) return;
    const auto identity = identity_of(file);
    if (!identity) {
        if (is_gone(file)) seen_.erase(file);
        return;
    }
    if (const auto seen = seen_.find(file); seen != seen_.end() && seen->second == *identity) return;
    seen_[file] = *identity;
    load_file(file);
}

std::optional<PluginManager::FileIdentity> PluginManager::identity_of(const fs::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
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

void PluginManager::load_file(const fs::path& file) {
    std::string plugin = file.filename().string();
    try {
        if (const auto problem = file_permissions_refusal(file)) throw std::runtime_error{*problem};
        PrivateCopy copy{file, private_directory_};
        const GateReport report = inspect_plugin(copy.path());
        if (report.descriptor && report.descriptor->name[0] != '\0') plugin = report.descriptor->name;
        if (report.refusal) throw std::runtime_error{*report.refusal};
        Entry& entry = entry_for(plugin);
        if (entry.serving && entry.file != file && !is_gone(entry.file)) {
            throw std::runtime_error{"two files claim this plugin's name, " + entry.file.string() + " and " +
                                     file.string() + ": remove one"};
        }
        copy.link_siblings(report.needed);
        swap_in(load(plugin, std::move(copy), *report.descriptor, config_), file);
        entry.file = file;
        if (const auto identity = seen_.find(file); identity != seen_.end())
            entry.identity = identity->second;
    } catch (const std::exception& error) {
        refuse(plugin, file, error.what());
    }
}

nlohmann::json PluginManager::settings_for(const Config& config, const std::string& plugin) {
    const auto found = config.settings.find(plugin);
    return found == config.settings.end() ? nlohmann::json::object() : found->second;
}

std::shared_ptr<Generation> PluginManager::load(const std::string& plugin, PrivateCopy copy,
                                                const PluginDescriptor& descriptor, const Config& config) {
    Entry& entry = entry_for(plugin);
    const auto discard_here = [this](std::shared_ptr<Generation> unwanted) {
        boost::asio::post(context_,
                          [this, unwanted = std::move(unwanted)]() mutable { discard(std::move(unwanted)); });
    };
    const GenerationPlace place{this, services_.loops, entry.home, &entry.share, discard_here};
    auto shared_copy = std::make_shared<PrivateCopy>(std::move(copy));
    const auto load_here = [shared_copy, descriptor, number = entry.last_number + 1,
                            settings = settings_for(config, plugin),
                            positions = positions_for(config, plugin), place] {
        return Generation::load(std::move(*shared_copy), descriptor, number, settings, positions, place);
    };
    const auto late = [this](std::shared_ptr<Generation> unwanted) {
        boost::asio::post(context_, [this, unwanted = std::move(unwanted)]() mutable {
            --hung_loads_;
            discard(std::move(unwanted));
        });
    };
    std::shared_ptr<Generation> generation;
    try {
        generation = load_within(config.plugins.load_timeout, services_.loading.get_token(), load_here, late);
    } catch (const LoadTimedOut&) {
        ++hung_loads_;
        throw;
    }
    for (const std::string& key : generation->unused_settings()) {
        services_.log->warning(key + " is not read by " + plugin + ": is it misspelt?");
    }
    return generation;
}

void PluginManager::refuse(const std::string& what, const fs::path& file, const std::string& problem) {
    std::string line = what + " refused: " + problem;
    for (const auto& [name, entry] : entries_) {
        if (!entry->serving || (name != what && entry->file != file)) continue;
        line += " · " + (name == what ? "" : name + " ") + "gen " + std::to_string(entry->serving->number) +
                " still serving";
    }
    services_.log->error(line);
    if (starting_) problems_.push_back(std::move(line));
}

}  // namespace patchbay
