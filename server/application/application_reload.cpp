// What the application does when its configuration may have changed.
#include "application/application.hpp"
#include "application/listening.hpp"
#include "config/error.hpp"

#include <boost/asio/post.hpp>

#include <system_error>
#include <utility>

namespace patchbay {
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
    check(same_sockets(before.listen, after.listen), "listen");
    check(before.event_loops == after.event_loops, "event_loops");
    check(before.executor.threads == after.executor.threads && before.executor.queue == after.executor.queue,
          "executor");
    check(before.plugins.directory == after.plugins.directory, "plugins.directory");
    check(before.plugins.watch == after.plugins.watch, "plugins.watch");
    check(before.plugins.private_directory == after.plugins.private_directory, "plugins.private_directory");
    return keys;
}

}  // namespace

void Application::take_log_level() { log_.level(log_level(config_.log.level)); }

void Application::reload() {
    Config fresh;
    try {
        fresh = source_.load();
    } catch (const ConfigError& error) {
        for (const ConfigProblem& problem : error.problems()) log_.error(to_string(problem));
        log_.error("configuration refused · the old one still serves");
        refused_ = true;
        return;
    }
    const Config& before = reloads_.empty() ? config_ : reloads_.back();
    if (fresh == before) {
        if (std::exchange(refused_, false)) log_.info("configuration read: it is again what is in force");
        return;
    }
    if (fresh.access_log != before.access_log) {
        try {
            AccessLogs::check(fresh.access_log);
        } catch (const std::system_error& error) {
            log_.error("configuration refused: access_log.file: " + std::string{error.what()} +
                       " · the old one still serves");
            refused_ = true;
            return;
        }
    }
    reloads_.push_back(fresh);
    manager_->reconfigure(std::move(fresh), [this](const std::optional<std::string>& problem) {
        boost::asio::post(control_, [this, problem] { reloaded(problem); });
    });
}

void Application::reloaded(const std::optional<std::string>& problem) {
    Config fresh = std::move(reloads_.front());
    reloads_.pop_front();
    refused_ = problem.has_value();
    if (problem) return log_.error("configuration refused: " + *problem + " · the old one still serves");
    const bool other_access_log = fresh.access_log != config_.access_log;
    config_ = std::move(fresh);
    if (other_access_log) {
        try {
            open_access_log();
        } catch (const std::system_error& error) {
            log_.error("access log: " + std::string{error.what()} + " · it goes on as before");
        }
    }
    const std::string restart = needs_restart(started_with_, config_);
    take_log_level();
    take_limits(listeners_, config_.listen);
    on_each_loop(
        [options = server_options(config_, listeners_)](LoopServer& server) { server.options(options); });
    log_.info("configuration taken" +
              (restart.empty() ? "" : " · changes of " + restart + " wait for a restart"));
}

}  // namespace patchbay
