#include "application/application.hpp"

#include "config/error.hpp"
#include "plugin/audit.hpp"
#include "runtime/host_thread.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <latch>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

LogLevel log_level(LogConfig::Level level) {
    switch (level) {
        case LogConfig::Level::debug:
            return LogLevel::debug;
        case LogConfig::Level::info:
            return LogLevel::info;
        case LogConfig::Level::warning:
            return LogLevel::warning;
        case LogConfig::Level::error:
            return LogLevel::error;
    }
    return LogLevel::info;
}

// What a reload can't change in a running process.
std::string needs_restart(const Config& before, const Config& after) {
    std::string keys;
    const auto check = [&keys](bool same, const char* key) {
        if (!same) keys += (keys.empty() ? "" : ", ") + std::string{key};
    };
    check(before.listen == after.listen, "listen");
    check(before.event_loops == after.event_loops, "event_loops");
    check(before.executor.threads == after.executor.threads && before.executor.queue == after.executor.queue,
          "executor");
    check(before.plugins.directory == after.plugins.directory, "plugins.directory");
    check(before.plugins.watch == after.plugins.watch, "plugins.watch");
    check(before.plugins.private_directory == after.plugins.private_directory, "plugins.private_directory");
    return keys;
}

}  // namespace

Application::Application(Config config, ConfigSource source, Logger& log)
    : config_{std::move(config)},
      source_{std::move(source)},
      log_{log},
      signals_{control_, SIGTERM, SIGINT, SIGHUP} {
    std::signal(SIGPIPE, SIG_IGN);
    log_.level(log_level(config_.log.level));
    prepare_thread_audit();
    make_private_directory();
    start_loops();
    std::vector<LoopThread*> loops;
    for (const auto& loop : loops_) loops.push_back(loop.get());
    manager_ = std::make_unique<PluginManager>(
        ManagerServices{loops, executor_.get(), &log_, [this](auto routes) { publish(std::move(routes)); },
                        [this](const ServedGeneration& generation) { stop_requests(&generation); }},
        config_, private_directory_);
    plugin_problems_ = manager_->start();
}

Application::~Application() {
    if (!owns_private_directory_) return;
    std::error_code ignored;
    fs::remove(private_directory_, ignored);  // only when empty: a library that stays mapped keeps its file
}

void Application::make_private_directory() {
    if (!config_.plugins.private_directory.empty()) {
        private_directory_ = fs::absolute(config_.plugins.private_directory);
        fs::create_directories(private_directory_);
        return;
    }
    std::string folder = (fs::temp_directory_path() / "patchbay.XXXXXX").string();
    if (!::mkdtemp(folder.data()))
        throw std::system_error{errno, std::generic_category(), "cannot make " + folder};
    private_directory_ = folder;
    owns_private_directory_ = true;
}

void Application::start_loops() {
    executor_ = std::make_unique<ExecutorPool>(config_.executor.threads, config_.executor.queue);
    const std::size_t count =
        config_.event_loops ? config_.event_loops : std::max(1u, std::thread::hardware_concurrency());
    const ExchangeServices services{executor_.get(), &log_};
    for (std::size_t i = 0; i < count; ++i)
        loops_.push_back(std::make_unique<LoopThread>(static_cast<unsigned>(i)));
    const ConnectionOptions options = connection_options(config_);
    for (const auto& loop : loops_)
        servers_.push_back(std::make_unique<LoopServer>(*loop, services, options));
    for (const auto& loop : loops_) loop->start();
}

ConnectionOptions Application::connection_options(const Config& config) const {
    ConnectionOptions options;
    options.head = {{config.limits.target, config.limits.header_bytes}, config.limits.header_fields};
    options.max_connections = std::max<std::size_t>(1, config.limits.connections / loops_.size());
    options.max_body = config.limits.body;
    options.header_timeout = config.timeouts.header;
    options.body_timeout = config.timeouts.body;
    options.idle_timeout = config.timeouts.idle;
    options.write_timeout = config.timeouts.write;
    options.min_rate = config.limits.min_rate;
    return options;
}

void Application::on_each_loop(const std::function<void(LoopServer&)>& function) {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        loops_[i]->run_and_wait([&] { function(*servers_[i]); });
    }
}

void Application::publish(std::shared_ptr<const PublishedRoutes> routes) {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        loops_[i]->run_and_wait([&] { servers_[i]->routes(RoutesHold{routes, static_cast<unsigned>(i)}); });
    }
}

void Application::stop_requests(const ServedGeneration* only) {
    on_each_loop([only](LoopServer& server) { server.stop_handlers(only); });
}

bool Application::serve(const std::function<void(const std::string& url)>& on_ready) {
    const std::vector<int> sockets = listen_sockets(config_.listen.host, config_.listen.port, loops_.size());
    ListenAddress address = config_.listen;
    address.port = local_port(sockets.front());
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        loops_[i]->run_and_wait([&] { servers_[i]->open(sockets[i]); });
    }
    if (!source_.file.empty()) {
        manager_->watch(fs::absolute(source_.file),
                        [this] { boost::asio::post(control_, [this] { reload(); }); });
    }
    wait_for_signal();
    on_ready("http://" + to_string(address));
    control_.run();
    return shut_down();
}

bool Application::close() { return shut_down(); }

void Application::wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
        if (error) return;
        if (signal == SIGHUP) {
            reload();
            manager_->look();
            return wait_for_signal();
        }
        log_.info(std::string{signal == SIGTERM ? "SIGTERM" : "SIGINT"} +
                  ": finishing what runs (again: stop at once)");
        control_.stop();
    });
}

void Application::reload() {
    Config fresh;
    try {
        fresh = source_.load();
    } catch (const ConfigError& error) {
        for (const ConfigProblem& problem : error.problems()) log_.error(to_string(problem));
        log_.error("configuration refused · the old one still serves");
        return;
    }
    if (fresh == config_) return;
    manager_->reconfigure(fresh, [this, fresh](const std::string& problem) {
        boost::asio::post(control_, [this, fresh, problem] {
            if (!problem.empty())
                return log_.error("configuration refused: " + problem + " · the old one still serves");
            const std::string restart = needs_restart(config_, fresh);
            config_ = fresh;
            log_.level(log_level(config_.log.level));
            const ConnectionOptions options = connection_options(config_);
            on_each_loop([&options](LoopServer& server) { server.options(options); });
            log_.info("configuration taken" +
                      (restart.empty() ? "" : " · changes of " + restart + " wait for a restart"));
        });
    });
}

// Stage by stage: stop accepting, let answers finish, past the deadline ask handlers to stop, unload, join.
bool Application::shut_down() {
    std::atomic<bool> ended{false};
    // A second signal leaves at once.
    std::thread impatience{[this, &ended] {
        control_.restart();
        signals_.async_wait([this, &ended](boost::system::error_code error, int) {
            if (error || ended) return;
            log_.warning("second signal: stopping at once");
            ::_exit(0);
        });
        control_.run();
    }};
    const auto deadline = std::chrono::steady_clock::now() + config_.shutdown.deadline;
    bool clean = drain_connections(deadline);
    for (const std::string& unfinished : manager_->stop(deadline)) {
        log_.error(unfinished);
        clean = false;
    }
    clean = executor_->stop(std::chrono::seconds{1}) && clean;
    if (clean) {
        for (const auto& loop : loops_) loop->stop_and_join();
        servers_.clear();
    }
    ended = true;
    boost::asio::post(control_, [this] { signals_.cancel(); });
    impatience.join();
    log_.info(clean ? "stopped" : "stopped, with work cut short");
    return clean;
}

bool Application::drain_connections(std::chrono::steady_clock::time_point deadline) {
    // Shared with the loops, which may report after this function has given up.
    const auto idle = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(loops_.size()));
    on_each_loop([&idle](LoopServer& server) {
        server.close_listener();
        server.drain([idle] { idle->count_down(); });
    });
    const auto wait_until = [&idle](std::chrono::steady_clock::time_point time) {
        while (!idle->try_wait() && std::chrono::steady_clock::now() < time)
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        return idle->try_wait();
    };
    if (wait_until(deadline)) return true;
    log_.warning("shutdown.deadline has passed: asking running handlers to stop");
    stop_requests(nullptr);
    wait_until(deadline + std::chrono::seconds{2});
    bool stopped = true;  // clients that only have not closed their side are nobody's unfinished work
    on_each_loop([&stopped](LoopServer& server) { stopped = server.close_all() && stopped; });
    for (const std::string& plugin : executor_->running_plugins())
        log_.error("a blocking handler of " + plugin + " does not return");
    return stopped;
}

}  // namespace patchbay
