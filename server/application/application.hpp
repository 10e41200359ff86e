// The server: owns the event loops, the executor pool, the sockets and the plugin manager, and takes them
// through start, reload and the stages of shutdown. Lives on the main thread.
#pragma once

#include "application/access_logs.hpp"
#include "application/private_directory.hpp"
#include "application/second_signal.hpp"
#include "application/start_signal.hpp"
#include "config/config.hpp"
#include "log/logger.hpp"
#include "log/repeated_warning.hpp"
#include "net/connection_counts.hpp"
#include "net/listen_sockets.hpp"
#include "net/loop_server.hpp"
#include "plugin/manager.hpp"
#include "runtime/executor_pool.hpp"
#include "runtime/loop_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace patchbay {

/// Where a configuration comes from, so that it can be read again.
struct ConfigSource {
    std::filesystem::path file;
    std::function<Config()> load;  ///< throws ConfigError
};

class Application {
public:
    /// Loops and pool are running when it returns, but no plugin is loaded yet. Errors: std::system_error.
    Application(Config config, ConfigSource source, Logger& log);
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// Loads what is there; nothing is listened to yet. SIGTERM or SIGINT make it return early: then only
    /// close() makes sense, as after an error, which may come when plugins already run. Errors: ConfigError,
    /// std::system_error.
    void load_plugins();
    /// Problems of plugins that are therefore not served; each has been logged.
    const std::vector<std::string>& plugin_problems() const noexcept { return plugin_problems_; }
    std::vector<PlannedRoute> routes() const { return manager_->routes(); }
    /// The signal that came while plugins were loaded, or 0.
    int interrupted_by() const noexcept { return start_signal_ ? start_signal_->received() : 0; }
    /// Nothing will be served: from now on SIGTERM and SIGINT end the process at once.
    void end_at_once_on_signal() noexcept { start_signal_->end_at_once(); }

    /// Listens, calls on_ready with each address ("http://127.0.0.1:8080", "unix:/run/x.sock"), serves until
    /// SIGTERM or SIGINT, shuts down. SIGHUP reads the configuration again and looks at every plugin file.
    /// True when everything ended in time; after false, threads of plugins are still running and only _exit()
    /// ends the process safely. Errors: std::system_error when the address can't be listened on.
    bool serve(const std::function<void(const std::string& url)>& on_ready);
    /// Unloads everything without having served. The result is serve()'s.
    bool close();

private:
    void start_loops();
    void open(ListenSockets& sockets, const ListenerOptions& options);
    void publish(const std::shared_ptr<const PublishedRoutes>& routes);
    std::filesystem::path folder_for_copies();
    void stop_requests(std::shared_ptr<const ServedGeneration> only);
    void wait_for_signal();
    void reload();
    void reloaded(const std::optional<std::string>& problem);
    void take_log_level();
    bool shut_down();
    void open_access_log();
    bool drain_connections(std::chrono::steady_clock::time_point deadline);
    void on_loop(std::size_t index, std::function<void(LoopServer&)> function);
    void on_each_loop(const std::function<void(LoopServer&)>& function);

    const Config started_with_;
    Config config_;
    std::vector<ListenerConfig> listeners_;  // that are open, with the limits in force
    std::deque<Config> reloads_;             // that the manager was given and has not answered yet
    bool refused_ = false;                   // what was read last
    ConfigSource source_;
    Logger& log_;
    PrivateDirectory private_directory_;  // once there is a manager, its thread's
    std::vector<std::unique_ptr<LoopThread>> loops_;
    std::unique_ptr<ExecutorPool> executor_;
    AccessLogs access_logs_;  // outlives the servers, which write to it
    ServerCounts counts_;
    std::vector<std::unique_ptr<LoopServer>> servers_;
    std::vector<SocketFile> socket_files_;  // while they are listened on
    std::unique_ptr<PluginManager> manager_;
    std::vector<std::string> plugin_problems_;
    boost::asio::io_context control_{1};
    boost::asio::signal_set signals_;
    std::stop_source loading_;
    std::optional<StartSignal> start_signal_;  // until it listens
    RepeatedWarning executor_full_{log_,
                                   "blocking work was refused, requests with 503, since executor.queue or "
                                   "executor.per_plugin.queue is full"};
    SecondSignal second_signal_;  // from the first one on
};

}  // namespace patchbay
