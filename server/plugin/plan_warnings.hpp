// Says in the log what of the configuration has no effect, each once, and of a plugin that was refused
// nothing but that. Owned by the plugin manager; used on its thread.
#pragma once

#include "log/logger.hpp"
#include "plugin/plan_warning.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace patchbay {

class PlanWarnings {
public:
    /// The log outlives it.
    explicit PlanWarnings(Logger& log) : log_{log} {}

    /// The file is there but not served; `plugin` is its name, as far as that is known.
    void refused(const std::filesystem::path& file, std::string plugin) {
        refused_[file] = std::move(plugin);
    }
    /// The file is served, looked at anew, or gone.
    void forget(const std::filesystem::path& file) { refused_.erase(file); }
    void forget_if(const std::function<bool(const std::filesystem::path&)>& is_gone) {
        std::erase_if(refused_, [&](const auto& refused) { return is_gone(refused.first); });
    }

    /// The warnings of the routes that are served now: says those that the ones before did not have.
    void say(const std::vector<PlanWarning>& warnings);

private:
    std::string sentence_of(const PlanWarning& warning) const;

    Logger& log_;
    std::map<std::filesystem::path, std::string> refused_;
    std::vector<std::string> said_;  // texts, whatever sentence stood for them
};

}  // namespace patchbay
