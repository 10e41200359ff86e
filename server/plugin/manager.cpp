#include "plugin/manager.hpp"

#include "config/error.hpp"
#include "log/logger.hpp"
#include "log/start_thread.hpp"
#include "runtime/host_thread.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

PluginManager::PluginManager(ManagerServices services, Config config)
    : services_{std::move(services)},
      config_{std::move(config)},
      filters_{config_.filters, FilterSet{}},
      named_directory_{config_.plugins.directory},
      directory_{spelled(named_directory_)},
      watching_{config_.plugins.watch},
      work_{context_.get_executor()},
      missing_timer_{context_},
      directory_timer_{context_},
      retries_{context_,
               [this](const fs::path& file) {
                   seen_.erase(file);
                   look_at_file(file);
               }},
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
    ExecutorShare& share = *static_cast<Generation&>(generation).share;
    if (services_.executor->submit(job, share)) return true;
    if (job.kind == detail::BlockingJob::Kind::websocket) report_refused_websockets(share, generation.plugin);
    return false;
}

void PluginManager::report_refused_websockets(ExecutorShare& share, const std::string& plugin) noexcept {
    const std::uint64_t refused = ExecutorPool::untold_refusals(share);
    if (refused == 0) return;
    services_.log->write(LogLevel::warning, plugin,
                         "as many blocking WebSockets are open as executor.websockets and "
                         "executor.per_plugin.websockets let: " +
                             std::to_string(refused) +
                             (refused == 1 ? " handshake was" : " handshakes were") + " answered 503");
}

std::vector<std::string> PluginManager::start() {
    std::promise<std::vector<std::string>> done;
    boost::asio::post(context_, [&] {
        try {
            watch_.patience(config_.log.stall);
            size_shares();
            publish(first_plan());
            watcher_ = std::make_unique<Watcher>(
                context_, config_.plugins.settle, [this](const auto& files) { look_at(files); },
                [this](const std::string& reason) {
                    services_.log->error("files are no longer watched: " + reason +
                                         ": changes are taken at SIGHUP only");
                });
            // Watched first, so that nothing slips through between the two.
            watch_directory();
            if (const auto error = look_at_everything()) refuse_directory(error);
            starting_ = false;
            plan_warnings_.say(warnings_);
            done.set_value(std::exchange(problems_, {}));
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    return done.get_future().get();
}

void PluginManager::begin_serving() {
    boost::asio::post(context_, [this] {
        serving_ = true;
        for (const auto& [name, generation] : this->serving()) generation->begin_serving();
    });
}

void PluginManager::watch_directory() {
    if (!watching_) return;
    try {
        watcher_->watch(directory_);
    } catch (const std::system_error& error) {
        // Only the kernel's limits keep a folder that can be read from being watched.
        if (::access(directory_.c_str(), R_OK | X_OK) == 0 && fs::is_directory(directory_)) throw;
        refuse_directory(error.code());
    }
}

void PluginManager::refuse_directory(std::error_code error) const {
    const bool absent = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    throw std::runtime_error{"cannot read the plugin directory " + directory_.string() + ": " +
                             error.message() +
                             (absent ? ": make it, or name another by plugins.directory or --plugins" : "")};
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

PluginManager::Entry& PluginManager::entry_for(const std::string& plugin) {
    auto& entry = entries_[plugin];
    if (!entry) {
        entry = std::make_unique<Entry>();
        entry->home = services_.loops[(entries_.size() - 1) % services_.loops.size()];
        size_share(entry->share);
    }
    return *entry;
}

void PluginManager::size_share(ExecutorShare& share) {
    const ExecutorConfig executor = executor_config();
    services_.executor->resize(share, {.running = threads_per_plugin(executor),
                                       .queued = queue_per_plugin(executor),
                                       .websockets = websockets_per_plugin(executor)});
}

// Another number of threads waits for a restart: what depends on it goes by those that there are.
ExecutorConfig PluginManager::executor_config() const {
    ExecutorConfig executor = config_.executor;
    executor.threads = services_.executor->threads();
    return executor;
}

void PluginManager::size_shares() {
    services_.executor->limit_websockets(most_websockets(executor_config()));
    size_share(host_->executor_share);
    for (const auto& [name, entry] : entries_) size_share(entry->share);
}

void PluginManager::publish(RoutePlan plan) {
    warnings_ = std::move(plan.warnings);
    if (!starting_) plan_warnings_.say(warnings_);
    services_.publish(plan.routes);
    const std::scoped_lock lock{routes_mutex_};
    routes_ = std::move(plan.list);
}

// A generation that never served goes the way of all others.
void PluginManager::discard(std::shared_ptr<Generation> generation) {
    if (generation) drain_.discard(std::move(generation), config_.drain.deadline);
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
        retries_.stop();
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
