// Keeps what is served equal to what lies in the plugin directory and stands in the configuration. Owns the
// watcher, the reaper and every generation; works on a thread of its own, one change after another, so
// loading never stalls a loop.
#pragma once

#include "config/config.hpp"
#include "plugin/drain.hpp"
#include "plugin/generation.hpp"
#include "plugin/host_generation.hpp"
#include "plugin/plan_warnings.hpp"
#include "plugin/retries.hpp"
#include "plugin/route_plan.hpp"
#include "plugin/watcher.hpp"
#include "runtime/loop_watch.hpp"

#include <patchbay/detail/channel_bus.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace patchbay {

class Logger;

/// What the manager works with; all of it outlives the manager.
struct ManagerServices {
    std::vector<LoopThread*> loops;
    ExecutorPool* executor = nullptr;
    Logger* log = nullptr;
    /// Makes every loop serve by these routes; returns when each of them does, or is blocked: that one will
    /// once it goes on, and keeps the leases of the old ones until then. Called on the manager's thread.
    std::function<void(std::shared_ptr<const PublishedRoutes>)> publish;
    /// The folder for private copies, made anew if it is gone. Called on the manager's thread. Errors:
    /// std::runtime_error that says what to do.
    std::function<std::filesystem::path()> private_directory;
    /// Asks the running requests of a generation to stop. Called on the manager's thread.
    std::function<void(std::shared_ptr<const ServedGeneration>)> stop_requests;
    /// Once it is asked to stop, nothing more is loaded, and what is being loaded is given up.
    std::stop_source loading{};
};

class PluginManager final : detail::HostServices {
public:
    PluginManager(ManagerServices services, Config config);
    ~PluginManager();
    PluginManager(const PluginManager&) = delete;
    PluginManager& operator=(const PluginManager&) = delete;

    /// Loads what is there, publishes it, then watches if the configuration says so. Gives the problems, each
    /// logged already; those plugins are not served. Errors: ConfigError when the configuration's own routes
    /// can't be served, std::runtime_error when the directory can't be read.
    std::vector<std::string> start();

    /// From now on what is loaded serves, and schedules run; before, it only could. Any thread, returns at
    /// once.
    void begin_serving();

    /// Looks at every file again, also those that were refused before; any thread, returns at once.
    void look();
    /// Serves by another configuration: `done` is told (on the manager's thread) what was wrong, in which
    /// case nothing has changed, or nothing. Any thread, returns at once.
    void reconfigure(Config config, std::function<void(const std::optional<std::string>& problem)> done);
    /// From its return on, `on_change` is told of changes to the file, on the manager's thread. Any other
    /// thread.
    void watch(const std::filesystem::path& file, std::function<void()> on_change);

    /// Retires every generation and waits for the reaper to end them, at most until the deadline; then asks
    /// what still runs to stop, and waits a little more. Gives what could not be ended, one sentence each.
    /// Ends the thread.
    std::vector<std::string> stop(std::chrono::steady_clock::time_point deadline);

    /// The routes served now. Any thread.
    std::vector<PlannedRoute> routes() const;

private:
    /// What tells two states of a file apart.
    struct FileIdentity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        std::int64_t modified = 0;  // nanoseconds
        unsigned mode = 0;          // a file refused for its permissions may get better ones
        unsigned owner = 0;
        bool operator==(const FileIdentity&) const = default;
    };
    /// One plugin, by name, through all its generations.
    struct Entry {
        std::filesystem::path file;
        FileIdentity identity;
        std::shared_ptr<Generation> serving;
        ExecutorShare share;
        LoopThread* home = nullptr;
        unsigned last_number = 0;
    };
    using Generations = std::map<std::string, std::shared_ptr<Generation>>;  // by plugin

    void log(LogLevel level, std::string_view plugin, std::string_view message) noexcept override;
    bool submit(detail::BlockingJob& job, detail::GenerationInfo& generation) noexcept override;
    void report_refused_websockets(ExecutorShare& share, const std::string& plugin) noexcept;
    detail::ChannelBus& channels() noexcept override { return *channels_; }

    void thread_main();
    void look_at(const std::set<std::filesystem::path>& changed);
    void look_at_directory();
    std::error_code look_at_everything();
    void look_at_file(const std::filesystem::path& file);
    void check_missing();
    void retire_plugin(const std::string& name);

    void load_file(const std::filesystem::path& file);
    std::shared_ptr<Generation> load_again(const std::string& plugin, const Config& config);
    std::shared_ptr<Generation> load(const std::string& plugin, PrivateCopy copy,
                                     const PluginDescriptor& descriptor, const Config& config);
    void swap_in(std::shared_ptr<Generation> candidate, const std::filesystem::path& file);
    void reconfigured(Config config);
    Entry& entry_for(const std::string& plugin);
    void size_share(ExecutorShare& share);
    void size_shares();
    ExecutorConfig executor_config() const;

    RoutePlan plan_for(const Config& config, const FilterSet& filters, const Generations& generations) const;
    void watch_directory();
    [[noreturn]] void refuse_directory(std::error_code error) const;
    RoutePlan first_plan() const;
    void publish(RoutePlan plan);
    void discard(std::shared_ptr<Generation> generation);
    std::vector<std::string> unfinished_work();
    Generations serving() const;
    std::string owner_of(const detail::LeaseBlock* lease) const;
    void refuse(const std::string& what, const std::filesystem::path& file, const std::string& problem);

    static nlohmann::json settings_for(const Config& config, const std::string& plugin);
    /// Nothing when it can't be found out, for whatever reason.
    static std::optional<FileIdentity> identity_of(const std::filesystem::path& file);
    static bool is_gone(const std::filesystem::path& file);
    /// One spelling for every path, since events and files are told apart by theirs: absolute, no "..", no
    /// slash at the end.
    static std::filesystem::path spelled(const std::filesystem::path& path);

    ManagerServices services_;
    const std::unique_ptr<detail::ChannelBus> channels_ = detail::make_local_channels();
    Config config_;
    FilterSet filters_;                      // of the configuration
    std::filesystem::path named_directory_;  // of the plugins, as it was given; stays the one it began with
    std::filesystem::path directory_;        // the same, spelled
    bool watching_;                          // the directory; stays as well
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<Watcher> watcher_;
    boost::asio::steady_timer missing_timer_;
    boost::asio::steady_timer directory_timer_;
    Retries retries_;
    std::error_code directory_error_;  // for which it could not be read when it was last looked at
    std::map<std::filesystem::path, std::function<void()>> watched_files_;
    std::shared_ptr<HostGeneration> host_;
    std::map<std::string, std::unique_ptr<Entry>> entries_;
    std::map<std::filesystem::path, FileIdentity> seen_;  // by path, also refused ones
    std::map<std::string, std::chrono::steady_clock::time_point> missing_;
    unsigned hung_loads_ = 0;
    std::vector<std::string> problems_;  // of the start
    std::vector<PlanWarning> warnings_;  // of the routes served now
    PlanWarnings plan_warnings_{*services_.log};
    bool serving_ = false;  // begin_serving() has been called
    bool starting_ = true;  // what is missing may be about to be loaded
    mutable std::mutex routes_mutex_;
    std::vector<PlannedRoute> routes_;
    bool stopping_ = false;
    Drain drain_;
    LoopWatch watch_;
    std::thread thread_;
};

}  // namespace patchbay
