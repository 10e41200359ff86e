#include "application/application.hpp"

#include "application/listening.hpp"
#include "application/signals.hpp"
#include "runtime/host_thread.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sched.h>
#include <semaphore>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds loop_patience{2};  // with a loop that is asked to do something

// Those of a taskset or a container's cpuset, which std::thread does not ask for.
std::size_t cpus_allowed() {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return static_cast<std::size_t>(CPU_COUNT(&allowed));
    return std::max(1u, std::thread::hardware_concurrency());
}

// As many as this process may have. The lower limit that most systems begin with is for programs that call
// select().
void take_all_descriptors() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Application::Application(Config config, ConfigSource source, Logger& log)
    : started_with_{config},
      config_{std::move(config)},
      listeners_{config_.listen},
      source_{std::move(source)},
      log_{log},
      private_directory_{config_.plugins.private_directory},
      access_logs_{log},
      counts_{listeners_.size()},
      signals_{control_, SIGHUP, SIGUSR1},
      second_signal_{log_} {
    start_signal_.emplace(loading_, log_);
    for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);  // errors of writing say it too
    add_ending_signals(signals_);
    take_all_descriptors();
    take_log_level();
    start_loops();
    std::vector<LoopThread*> loops;
    for (const auto& loop : loops_) loops.push_back(loop.get());
    manager_ = std::make_unique<PluginManager>(
        ManagerServices{loops, executor_.get(), &log_, [this](const auto& routes) { publish(routes); },
                        [this] { return folder_for_copies(); },
                        [this](auto generation) { stop_requests(std::move(generation)); }, loading_},
        config_);
}

void Application::load_plugins() { plugin_problems_ = manager_->start(); }

void Application::start_loops() {
    executor_ = std::make_unique<ExecutorPool>(config_.executor.threads, config_.executor.queue);
    executor_->on_full([this] { executor_full_.note(); });
    const std::size_t count = config_.event_loops ? config_.event_loops : cpus_allowed();
    const ExchangeServices services{executor_.get(), &log_};
    for (std::size_t i = 0; i < count; ++i)
        loops_.push_back(
            std::make_unique<LoopThread>(static_cast<unsigned>(i), [this, i](std::string_view what) {
                log_.error("a function that was posted to loop-" + std::to_string(i) +
                           " threw: " + std::string{what});
            }));
    const ServerOptions options = server_options(config_, listeners_);
    for (const auto& loop : loops_)
        servers_.push_back(std::make_unique<LoopServer>(*loop, services, options, counts_));
    std::vector<LoopServer*> servers;
    for (const auto& server : servers_) servers.push_back(server.get());
    for (const auto& server : servers_) server->servers(servers);
    for (const auto& loop : loops_) loop->start();
}

// What the function refers to must outlive the loop: it may run after the wait for it was given up.
void Application::on_loop(std::size_t index, std::function<void(LoopServer&)> function) {
    LoopServer& server = *servers_[index];
    const auto run = [&server, function = std::move(function)] { function(server); };
    if (!loops_[index]->run_within(loop_patience, run))
        log_.error(loops_[index]->name() + " is blocked: a handler on it neither returns nor awaits");
}

void Application::on_each_loop(const std::function<void(LoopServer&)>& function) {
    for (std::size_t i = 0; i < loops_.size(); ++i) on_loop(i, function);
}

void Application::publish(const std::shared_ptr<const PublishedRoutes>& routes) {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        // Taken here, where the generations are known to live; the loop may get to it late.
        auto hold = std::make_shared<RoutesHold>(routes, static_cast<unsigned>(i));
        on_loop(i, [hold = std::move(hold)](LoopServer& server) { server.routes(std::move(*hold)); });
    }
}

fs::path Application::folder_for_copies() {
    const fs::path before = private_directory_.path();
    if (private_directory_.renew())
        log_.warning("the folder of plugin copies " + before.string() +
                     " was deleted: " + private_directory_.path().string() + " takes its place");
    return private_directory_.path();
}

void Application::stop_requests(std::shared_ptr<const ServedGeneration> only) {
    on_each_loop([only = std::move(only)](LoopServer& server) { server.stop_handlers(only.get()); });
}

// Errors: std::system_error.
void Application::open_access_log() {
    auto reporters = access_logs_.open(config_.access_log, loops_.size());
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        const auto reporter = std::make_shared<std::unique_ptr<AccessReporter>>(std::move(reporters[i]));
        on_loop(i, [reporter](LoopServer& server) { server.access_log(std::move(*reporter)); });
    }
}

bool Application::serve(const std::function<void(const std::string& url)>& on_ready) {
    open_access_log();
    std::vector<OpenListener> listeners = open_listeners(config_.listen, loops_.size());
    for (OpenListener& listener : listeners) open(listener.sockets, listener.options);
    manager_->begin_serving();
    if (!source_.file.empty()) {
        manager_->watch(fs::absolute(source_.file),
                        [this] { boost::asio::post(control_, [this] { reload(); }); });
    }
    wait_for_signal();
    start_signal_.reset();
    reload();  // it may have changed before it was watched
    for (const OpenListener& listener : listeners) on_ready(listener.sockets.url);
    control_.run();
    return shut_down();
}

// The loops take the sockets one after another, and all are open before anything else happens.
void Application::open(ListenSockets& sockets, const ListenerOptions& options) {
    for (std::size_t i = 0; i < loops_.size(); ++i)
        loops_[i]->run_and_wait([&] { servers_[i]->open(std::move(sockets.sockets[i]), options); });
    if (sockets.file) socket_files_.push_back(*std::move(sockets.file));
}

bool Application::close() { return shut_down(); }

void Application::wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
        if (error) return;
        if (signal == SIGHUP || signal == SIGUSR1) {
            access_logs_.reopen();
            if (signal == SIGHUP) {
                log_.info("SIGHUP: looking at the configuration and every plugin again");
                reload();
                manager_->look();
            }
            return wait_for_signal();
        }
        second_signal_.arm();
        log_.info(signal_name(signal) + ": finishing what runs (again: stop at once)");
        control_.stop();
    });
}

// Stage by stage: stop accepting, let answers finish, past the deadline ask handlers to stop, unload, join.
bool Application::shut_down() {
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
    clean = access_logs_.stop(std::max(deadline, std::chrono::steady_clock::now())) && clean;
    log_.info(clean ? "stopped" : "stopped, with work cut short");
    return clean;
}

bool Application::drain_connections(std::chrono::steady_clock::time_point deadline) {
    // Shared with the loops, which may report after this function has given up.
    const auto idle = std::make_shared<std::counting_semaphore<>>(0);
    on_each_loop([idle](LoopServer& server) {
        server.close_listeners();
        server.drain([idle] { idle->release(); });
    });
    socket_files_.clear();
    auto wait_until = [&idle, busy = loops_.size()](std::chrono::steady_clock::time_point time) mutable {
        while (busy > 0 && idle->try_acquire_until(time)) --busy;
        return busy == 0;
    };
    if (wait_until(deadline)) return true;
    log_.warning("shutdown.deadline has passed: asking running handlers to stop");
    stop_requests(nullptr);
    wait_until(deadline + std::chrono::seconds{2});
    // Clients that only have not closed their side are nobody's unfinished work.
    const auto stopped_loops = std::make_shared<std::atomic<std::size_t>>(0);
    const auto cut = std::make_shared<std::atomic<std::size_t>>(0);
    on_each_loop([stopped_loops, cut](LoopServer& server) {
        *stopped_loops += server.close_all() ? 1 : 0;
        *cut += server.cut();
    });
    if (*cut > 0)
        log_.warning(std::to_string(*cut) + (*cut == 1 ? " answer was" : " answers were") +
                     " cut, since shutdown.deadline has passed");
    for (const std::string& plugin : executor_->running_plugins())
        log_.error("a blocking handler of " + plugin + " does not return");
    return *stopped_loops == loops_.size();
}

}  // namespace patchbay
