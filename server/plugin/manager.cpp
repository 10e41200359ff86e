#include "plugin/manager.hpp"

#include "log/logger.hpp"
#include "plugin/gate.hpp"
#include "plugin/timed_load.hpp"
#include "runtime/host_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

std::vector<std::shared_ptr<Generation>> list_of(
    const std::map<std::string, std::shared_ptr<Generation>>& generations) {
    std::vector<std::shared_ptr<Generation>> values;
    for (const auto& [name, generation] : generations) values.push_back(generation);
    return values;
}

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
    return text;
}

bool is_plugin_file(const fs::path& file) {
    return file.extension() == ".so" && file.filename().native().front() != '.';
}

// One spelling for every path, since events and files are told apart by theirs: absolute, no "..", no slash
// at the end.
fs::path spelled(const fs::path& path) {
    const fs::path normal = fs::absolute(path).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

std::string title(const Generation& generation) {
    return generation.plugin + " " + generation.version() + " gen " + std::to_string(generation.number);
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

nlohmann::json settings_for(const Config& config, const std::string& plugin) {
    const auto found = config.settings.find(plugin);
    return found == config.settings.end() ? nlohmann::json::object() : found->second;
}

}  // namespace

PluginManager::PluginManager(ManagerServices services, Config config, fs::path private_directory)
    : services_{std::move(services)},
      config_{std::move(config)},
      directory_{spelled(config_.plugins.directory)},
      private_directory_{std::move(private_directory)},
      work_{context_.get_executor()},
      missing_timer_{context_},
      drain_{context_, services_.loops, *services_.executor, *services_.log, services_.stop_requests},
      thread_{[this] { thread_main(); }} {}

PluginManager::~PluginManager() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void PluginManager::thread_main() {
    static const std::string name = "plugins";
    const HostThread thread{detail::ThreadKind::control, name};
    context_.run();
}

void PluginManager::log(LogLevel level, std::string_view plugin, std::string_view message) noexcept {
    services_.log->write(level, plugin, message);
}

bool PluginManager::submit(detail::BlockingJob& job, detail::GenerationInfo& generation) noexcept {
    return services_.executor->submit(job, *static_cast<Generation&>(generation).share);
}

std::vector<std::string> PluginManager::start() {
    std::promise<std::vector<std::string>> done;
    boost::asio::post(context_, [&] {
        try {
            publish(plan_routes(config_, {}));
            watcher_ = std::make_unique<Watcher>(context_, config_.plugins.settle,
                                                 [this](const auto& files) { look_at(files); });
            // Watched first, so that nothing slips through between the two.
            if (config_.plugins.watch) watcher_->watch(directory_);
            if (const auto error = look_at_everything()) {
                throw std::system_error{error, "cannot read the plugin directory " + directory_.string()};
            }
            done.set_value(std::exchange(problems_, {}));
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    return done.get_future().get();
}

void PluginManager::look() {
    boost::asio::post(context_, [this] {
        if (stopping_) return;
        seen_.clear();
        for (const auto& [name, entry] : entries_)
            if (entry->serving && identity_of(entry->file)) seen_[entry->file] = entry->identity;
        try {
            if (config_.plugins.watch) watcher_->watch(directory_);  // another folder of that name, perhaps
        } catch (const std::system_error&) {                         // what follows says why
        }
        if (const auto error = look_at_everything()) {
            services_.log->error("cannot read the plugin directory " + directory_.string() + ": " +
                                 error.message());
        }
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
    if (changed.empty()) return look();
    for (const fs::path& path : changed) {
        if (const auto watched = watched_files_.find(path); watched != watched_files_.end())
            watched->second();
        if (config_.plugins.watch && path.parent_path() == directory_ && is_plugin_file(path))
            look_at_file(path);
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
    const auto identity = identity_of(file);
    if (!identity) {
        seen_.erase(file);
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

// A file that is gone may be about to come back: compilers delete, then create.
void PluginManager::check_missing() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::string> gone;
    auto next = std::chrono::steady_clock::time_point::max();
    for (const auto& [name, entry] : entries_) {
        if (!entry->serving || identity_of(entry->file)) {
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

void PluginManager::retire_plugin(const std::string& name) {
    missing_.erase(name);
    Entry& entry = *entries_.at(name);
    Generations left = serving();
    left.erase(name);
    const std::shared_ptr<Generation> old = std::exchange(entry.serving, nullptr);
    publish(plan_routes(config_, list_of(left)));
    drain_.retire(old, name + " removed", config_.drain.deadline);
    look();  // another file may have been refused for the name that is free now
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
        if (entry.serving && entry.file != file && identity_of(entry.file)) {
            throw std::runtime_error{"two files claim this plugin's name, " + entry.file.string() + " and " +
                                     file.string() + ": remove one"};
        }
        copy.link_siblings(report.needed);
        auto candidate = load(plugin, std::move(copy), *report.descriptor, config_);
        // The file that brought another plugin before brings this one now.
        for (const auto& [name, other] : entries_)
            if (name != plugin && other->serving && other->file == file) retire_plugin(name);
        swap_in(std::move(candidate));
        entry.file = file;
        if (const auto identity = seen_.find(file); identity != seen_.end())
            entry.identity = identity->second;
    } catch (const std::exception& error) {
        refuse(plugin, file, error.what());
    }
}

std::shared_ptr<Generation> PluginManager::load(const std::string& plugin, PrivateCopy copy,
                                                const PluginDescriptor& descriptor, const Config& config) {
    Entry& entry = entry_for(plugin);
    size_share(entry, config);
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
        generation = load_within(config.plugins.load_timeout, load_here, late);
    } catch (const LoadTimedOut&) {
        ++hung_loads_;
        throw;
    }
    for (const std::string& key : generation->unused_settings()) {
        services_.log->warning(key + " is not read by " + plugin + ": is it misspelt?");
    }
    return generation;
}

// Serves by the candidate, or throws and leaves everything as it was.
void PluginManager::swap_in(std::shared_ptr<Generation> candidate) {
    Generations next = serving();
    next[candidate->plugin] = candidate;
    RoutePlan plan = plan_routes(config_, list_of(next));
    if (!plan.routes) {
        const std::string problem = joined(plan.errors);
        discard(std::move(candidate));
        throw std::runtime_error{problem};
    }
    Entry& entry = entry_for(candidate->plugin);
    const std::shared_ptr<Generation> old = std::exchange(entry.serving, candidate);
    entry.last_number = candidate->number;
    publish(std::move(plan));
    const std::string event = title(*candidate) + " serving";
    if (old) {
        drain_.retire(old, event, config_.drain.deadline);
    } else {
        services_.log->info(event);
    }
}

void PluginManager::reconfigure(Config config, std::function<void(const std::string& problem)> done) {
    boost::asio::post(context_, [this, config = std::move(config), done = std::move(done)]() mutable {
        try {
            reconfigured(std::move(config));
            done({});
        } catch (const std::exception& error) {
            done(error.what());
        }
    });
}

// All or nothing: every plugin whose settings differ gets a new generation before any of them serves.
void PluginManager::reconfigured(Config config) {
    Generations next = serving();
    std::vector<std::shared_ptr<Generation>> fresh;
    try {
        for (auto& [name, generation] : next) {
            if (settings_for(config, name) == settings_for(config_, name)) continue;
            PrivateCopy copy{entries_.at(name)->serving->file(), private_directory_};
            const GateReport report = inspect_plugin(copy.path());
            if (report.refusal) throw std::runtime_error{name + ": " + *report.refusal};
            copy.link_siblings(report.needed);
            fresh.push_back(load(name, std::move(copy), *report.descriptor, config));
            generation = fresh.back();
        }
        RoutePlan plan = plan_routes(config, list_of(next));
        if (!plan.routes) throw std::runtime_error{joined(plan.errors)};
        config_ = std::move(config);
        watcher_->settle(config_.plugins.settle);
        for (const auto& [name, entry] : entries_) size_share(*entry, config_);
        publish(std::move(plan));
    } catch (...) {
        for (auto& generation : fresh) discard(std::move(generation));
        throw;
    }
    for (const auto& generation : fresh) {
        Entry& entry = entry_for(generation->plugin);
        entry.last_number = generation->number;
        drain_.retire(std::exchange(entry.serving, generation),
                      title(*generation) + " serving with new settings", config_.drain.deadline);
    }
}

PluginManager::Entry& PluginManager::entry_for(const std::string& plugin) {
    auto& entry = entries_[plugin];
    if (!entry) {
        entry = std::make_unique<Entry>();
        entry->home = services_.loops[(entries_.size() - 1) % services_.loops.size()];
    }
    return *entry;
}

void PluginManager::size_share(Entry& entry, const Config& config) {
    services_.executor->resize(entry.share, threads_per_plugin(config.executor),
                               queue_per_plugin(config.executor));
}

void PluginManager::publish(RoutePlan plan) {
    for (const std::string& warning : plan.warnings) {
        if (std::find(warned_.begin(), warned_.end(), warning) == warned_.end())
            services_.log->warning(warning);
    }
    warned_ = std::move(plan.warnings);
    services_.publish(plan.routes);
    const std::scoped_lock lock{routes_mutex_};
    routes_ = std::move(plan.list);
}

// A generation that never served goes the way of all others.
void PluginManager::discard(std::shared_ptr<Generation> generation) {
    if (generation) drain_.retire(std::move(generation), {}, config_.drain.deadline);
}

PluginManager::Generations PluginManager::serving() const {
    Generations generations;
    for (const auto& [name, entry] : entries_)
        if (entry->serving) generations[name] = entry->serving;
    return generations;
}

void PluginManager::refuse(const std::string& what, const fs::path& file, const std::string& problem) {
    std::string line = what + " refused: " + problem;
    for (const auto& [name, entry] : entries_) {
        if (!entry->serving || (name != what && entry->file != file)) continue;
        line += " · " + (name == what ? "" : name + " ") + "gen " + std::to_string(entry->serving->number) +
                " still serving";
    }
    services_.log->error(line);
    problems_.push_back(std::move(line));
}

std::vector<std::string> PluginManager::stop(std::chrono::steady_clock::time_point deadline) {
    std::promise<void> empty;
    boost::asio::post(context_, [&] {
        stopping_ = true;
        if (watcher_) watcher_->stop();
        missing_timer_.cancel();
        publish(plan_routes(Config{}, {}));
        for (const auto& [name, entry] : entries_) {
            if (entry->serving)
                drain_.retire(std::exchange(entry->serving, nullptr), {}, config_.drain.deadline);
        }
        drain_.when_empty([&] { empty.set_value(); });
    });
    auto ended = empty.get_future();
    if (ended.wait_until(deadline) != std::future_status::ready) {
        boost::asio::post(context_, [this] { drain_.stop_all(); });
        ended.wait_for(std::chrono::seconds{2});
    }
    std::vector<std::string> unfinished = unfinished_work();
    if (!unfinished.empty()) return unfinished;
    drain_.stop_reaper();
    work_.reset();
    thread_.join();
    return {};
}

std::vector<std::string> PluginManager::unfinished_work() {
    std::promise<std::vector<std::string>> sentences;
    boost::asio::post(context_, [&] {
        drain_.when_empty([] {});  // whoever waited for it has given up
        std::vector<std::string> unfinished = drain_.unfinished();
        if (hung_loads_ > 0)
            unfinished.emplace_back("a plugin that was given up while loading is still in its start");
        sentences.set_value(std::move(unfinished));
    });
    return sentences.get_future().get();
}

std::vector<PlannedRoute> PluginManager::routes() const {
    const std::scoped_lock lock{routes_mutex_};
    return routes_;
}

}  // namespace patchbay
