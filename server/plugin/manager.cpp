#include "plugin/manager.hpp"

#include "config/error.hpp"
#include "log/logger.hpp"
#include "log/start_thread.hpp"
#include "plugin/gate.hpp"
#include "runtime/host_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
    return text;
}

}  // namespace

PluginManager::PluginManager(ManagerServices services, Config config, fs::path private_directory)
    : services_{std::move(services)},
      config_{std::move(config)},
      filters_{config_.filters, FilterSet{}},
      directory_{spelled(config_.plugins.directory)},
      watching_{config_.plugins.watch},
      private_directory_{std::move(private_directory)},
      work_{context_.get_executor()},
      missing_timer_{context_},
      directory_timer_{context_},
      host_{new HostGeneration{*this, services_.loops}},
      drain_{context_, services_.loops, *services_.executor, *services_.log, services_.stop_requests},
      watch_{context_, services_.loops, *services_.log,
             [this](const auto* lease) { return owner_of(lease); }},
      thread_{start_thread("plugins", [this] { thread_main(); })} {}

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
            watch_.patience(config_.log.stall);
            size_share(host_->executor_share, config_);
            publish(first_plan());
            watcher_ = std::make_unique<Watcher>(
                context_, config_.plugins.settle, [this](const auto& files) { look_at(files); },
                [this](const std::string& reason) {
                    services_.log->error("files are no longer watched: " + reason +
                                         ": changes are taken at SIGHUP only");
                });
            // Watched first, so that nothing slips through between the two.
            if (watching_) watcher_->watch(directory_);
            if (const auto error = look_at_everything()) {
                throw std::system_error{error, "cannot read the plugin directory " + directory_.string()};
            }
            starting_ = false;
            warn();
            done.set_value(std::exchange(problems_, {}));
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    return done.get_future().get();
}

// The routes of the configuration alone.
RoutePlan PluginManager::first_plan() const {
    std::vector<ConfigProblem> problems = unreachable_directories(config_);
    RoutePlan plan = plan_for(config_, filters_, {});
    for (std::string& sentence : plan.errors) problems.push_back({{}, {}, std::move(sentence), {}});
    if (!problems.empty()) throw ConfigError{std::move(problems)};
    return plan;
}

void PluginManager::retire_plugin(const std::string& name) {
    missing_.erase(name);
    Entry& entry = *entries_.at(name);
    Generations left = serving();
    left.erase(name);
    const std::shared_ptr<Generation> old = std::exchange(entry.serving, nullptr);
    publish(plan_for(config_, filters_, left));  // fewer routes than before: nothing new can clash
    drain_.retire(old, name + " removed", config_.drain.deadline);
    look();  // another file may have been refused for the name that is free now
}

// Serves by the candidate from that file, or throws and leaves everything as it was.
void PluginManager::swap_in(std::shared_ptr<Generation> candidate, const fs::path& file) {
    Generations next = serving();
    // The plugin that the file brought before, if it was another one, is gone with it.
    std::vector<std::string> replaced;
    for (const auto& [name, entry] : entries_) {
        if (name != candidate->plugin && entry->serving && entry->file == file) replaced.push_back(name);
    }
    for (const std::string& name : replaced) next.erase(name);
    next[candidate->plugin] = candidate;
    RoutePlan plan = plan_for(config_, filters_, next);
    if (!plan.routes) {
        const std::string problem = joined(plan.errors);
        discard(std::move(candidate));
        throw std::runtime_error{problem};
    }
    Entry& entry = entry_for(candidate->plugin);
    const std::shared_ptr<Generation> old = std::exchange(entry.serving, candidate);
    entry.last_number = candidate->number;
    publish(std::move(plan));
    const std::string event = candidate->title() + " serving";
    if (old) {
        drain_.retire(old, event, config_.drain.deadline);
    } else {
        services_.log->info(event);
    }
    for (const std::string& name : replaced) {
        missing_.erase(name);
        drain_.retire(std::exchange(entries_.at(name)->serving, nullptr), name + " removed",
                      config_.drain.deadline);
    }
    if (!replaced.empty()) look();  // another file may have been refused for a name that is free now
}

void PluginManager::reconfigure(Config config,
                                std::function<void(const std::optional<std::string>& problem)> done) {
    boost::asio::post(context_, [this, config = std::move(config), done = std::move(done)]() mutable {
        try {
            reconfigured(std::move(config));
            done(std::nullopt);
        } catch (const std::exception& error) {
            done(error.what());
        }
    });
}

// All or nothing: every plugin whose settings differ gets a new generation before any of them serves.
void PluginManager::reconfigured(Config config) {
    if (const auto problems = unreachable_directories(config); !problems.empty()) {
        std::vector<std::string> sentences;
        for (const ConfigProblem& problem : problems) sentences.push_back(to_string(problem));
        throw std::runtime_error{joined(sentences)};
    }
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
        FilterSet filters{config.filters, filters_};
        RoutePlan plan = plan_for(config, filters, next);
        if (!plan.routes) throw std::runtime_error{joined(plan.errors)};
        config_ = std::move(config);
        filters_ = std::move(filters);
        watcher_->settle(config_.plugins.settle);
        watch_.patience(config_.log.stall);
        size_share(host_->executor_share, config_);
        for (const auto& [name, entry] : entries_) size_share(entry->share, config_);
        publish(std::move(plan));
    } catch (...) {
        for (auto& generation : fresh) discard(std::move(generation));
        throw;
    }
    for (const auto& generation : fresh) {
        Entry& entry = entry_for(generation->plugin);
        entry.last_number = generation->number;
        drain_.retire(std::exchange(entry.serving, generation),
                      generation->title() + " serving with new settings", config_.drain.deadline);
    }
    look();  // what was refused may fit now
}

PluginManager::Entry& PluginManager::entry_for(const std::string& plugin) {
    auto& entry = entries_[plugin];
    if (!entry) {
        entry = std::make_unique<Entry>();
        entry->home = services_.loops[(entries_.size() - 1) % services_.loops.size()];
        size_share(entry->share, config_);
    }
    return *entry;
}

void PluginManager::size_share(ExecutorShare& share, const Config& config) {
    services_.executor->resize(share, threads_per_plugin(config.executor), queue_per_plugin(config.executor));
}

void PluginManager::publish(RoutePlan plan) {
    warnings_ = std::move(plan.warnings);
    if (!starting_) warn();
    services_.publish(plan.routes);
    const std::scoped_lock lock{routes_mutex_};
    routes_ = std::move(plan.list);
}

// Of what was said before, nothing is said again.
void PluginManager::warn() {
    for (const std::string& warning : warnings_) {
        if (std::find(warned_.begin(), warned_.end(), warning) == warned_.end())
            services_.log->warning(warning);
    }
    warned_ = warnings_;
}

// A generation that never served goes the way of all others.
void PluginManager::discard(std::shared_ptr<Generation> generation) {
    if (generation) drain_.retire(std::move(generation), {}, config_.drain.deadline);
}

RoutePlan PluginManager::plan_for(const Config& config, const FilterSet& filters,
                                  const Generations& generations) const {
    std::vector<std::shared_ptr<Generation>> list;
    for (const auto& [name, generation] : generations) list.push_back(generation);
    return plan_routes(config, filters, list, host_);
}

PluginManager::Generations PluginManager::serving() const {
    Generations generations;
    for (const auto& [name, entry] : entries_)
        if (entry->serving) generations[name] = entry->serving;
    return generations;
}

std::string PluginManager::owner_of(const detail::LeaseBlock* lease) const {
    std::shared_ptr<Generation> owner = drain_.owner_of(lease);
    for (const auto& [name, entry] : entries_) {
        if (entry->serving &&
            std::ranges::find(entry->serving->leases, lease) != entry->serving->leases.end())
            owner = entry->serving;
    }
    return owner ? owner->title() : std::string{};
}

std::vector<std::string> PluginManager::stop(std::chrono::steady_clock::time_point deadline) {
    std::promise<void> empty;
    boost::asio::post(context_, [&] {
        stopping_ = true;
        if (watcher_) watcher_->stop();
        missing_timer_.cancel();
        directory_timer_.cancel();
        publish(plan_for(Config{}, FilterSet{}, {}));
        for (const auto& [name, entry] : entries_) {
            if (entry->serving)
                drain_.retire(std::exchange(entry->serving, nullptr), {}, config_.drain.deadline);
        }
        drain_.when_empty([&] { empty.set_value(); });
    });
    auto ended = empty.get_future();
    if (ended.wait_until(deadline) != std::future_status::ready) {
        services_.loading.request_stop();
        boost::asio::post(context_, [this] { drain_.stop_all(); });
        ended.wait_for(std::chrono::seconds{2});
    }
    std::vector<std::string> unfinished = unfinished_work();
    if (!unfinished.empty()) return unfinished;
    drain_.stop_reaper();
    boost::asio::post(context_, [this] { watch_.stop(); });
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
