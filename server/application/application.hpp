// The server: owns the event loops, the executor pool, the sockets and the plugin manager, and takes them
// through start, reload and the stages of shutdown. Lives on the main thread.
#pragma once

#include "config/config.hpp"
#include "log/logger.hpp"
#include "net/loop_server.hpp"
#include "plugin/manager.hpp"
#include "runtime/executor_pool.hpp"
#include "runtime/loop_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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
    /// Loops and pool are running and plugins are loaded when it returns, but nothing is listened to yet.
    /// Errors: std::system_error.
    Application(Config config, ConfigSource source, Logger& log);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// Problems of plugins that are therefore not served; each has been logged.
    const std::vector<std::string>& plugin_problems() const noexcept { return plugin_problems_; }
    std::vector<PlannedRoute> routes() const { return manager_->routes(); }

    /// Listens, calls on_ready with the address ("http://127.0.0.1:8080"), serves until SIGTERM or SIGINT,
    /// shuts down. SIGHUP reads the configuration again and looks at every plugin file. True when everything
    /// ended in time; after false, threads of plugins are still running and only _exit() ends the process
    /// safely. Errors: std::system_error when the address can't be listened on.
    bool serve(const std::function<void(const std::string& url)>& on_ready);
    /// Unloads everything without having served.
    bool close();

private:
    void make_private_directory();
    void start_loops();
    void publish(std::shared_ptr<const PublishedRoutes> routes);
    void stop_requests(const ServedGeneration* only);
    void wait_for_signal();
    void reload();
    bool shut_down();
    bool drain_connections(std::chrono::steady_clock::time_point deadline);
    ConnectionOptions connection_options(const Config& config) const;
    void on_each_loop(const std::function<void(LoopServer&)>& function);

    Config config_;
    ConfigSource source_;
    Logger& log_;
    std::filesystem::path private_directory_;
    bool owns_private_directory_ = false;
    std::vector<std::unique_ptr<LoopThread>> loops_;
    std::unique_ptr<ExecutorPool> executor_;
    std::vector<std::unique_ptr<LoopServer>> servers_;
    std::unique_ptr<PluginManager> manager_;
    std::vector<std::string> plugin_problems_;
    boost::asio::io_context control_{1};
    boost::asio::signal_set signals_;
};

}  // namespace patchbay
