#include "application/access_logs.hpp"

#include <utility>

namespace patchbay {

std::vector<std::unique_ptr<AccessReporter>> AccessLogs::open(const AccessLogConfig& config,
                                                              std::size_t loops) {
    std::erase_if(logs_, [](const auto& log) { return log->ended(); });
    std::vector<std::unique_ptr<AccessReporter>> reporters(loops);
    if (config.file.empty()) return reporters;
    auto log = std::make_unique<AccessLog>(config.file, loops, log_);
    const bool json = config.format == AccessLogConfig::Format::json ||
                      (config.format == AccessLogConfig::Format::automatic && !log->on_terminal());
    for (std::size_t i = 0; i < loops; ++i)
        reporters[i] = std::make_unique<AccessReporter>(log->source(i), json);
    logs_.push_back(std::move(log));
    return reporters;
}

void AccessLogs::check(const AccessLogConfig& config) {
    if (!config.file.empty()) static_cast<void>(LogTarget{config.file});
}

void AccessLogs::reopen() {
    for (const auto& log : logs_) log->reopen();
}

bool AccessLogs::stop(std::chrono::steady_clock::time_point deadline) {
    bool ended = true;
    for (const auto& log : logs_) ended = log->stop(deadline) && ended;
    return ended;
}

}  // namespace patchbay
