// The access log that is configured, and those before it that still write what they were given. Owned by the
// application; lives on the main thread.
#pragma once

#include "config/config.hpp"
#include "http/access_reporter.hpp"
#include "log/access_log.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace patchbay {

class Logger;

class AccessLogs {
public:
    explicit AccessLogs(Logger& log) noexcept : log_{log} {}

    /// From now on `config` is the access log. Gives what each loop is to report to: null when there is none.
    /// An earlier log ends once every loop has let its own go. Errors: std::system_error.
    std::vector<std::unique_ptr<AccessReporter>> open(const AccessLogConfig& config, std::size_t loops);
    /// Whether open() could open it. Errors: std::system_error.
    static void check(const AccessLogConfig& config);

    /// After a rotation.
    void reopen();
    /// Writes what is left until the deadline. False when a disk hangs: then only _exit() is safe.
    bool stop(std::chrono::steady_clock::time_point deadline);

private:
    Logger& log_;
    std::vector<std::unique_ptr<AccessLog>> logs_;  // the last is the one in use, if any is
};

}  // namespace patchbay
