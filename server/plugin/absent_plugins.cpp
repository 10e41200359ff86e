#include "plugin/absent_plugins.hpp"

#include "config/suggest.hpp"

#include <algorithm>
#include <string>

namespace patchbay {
namespace {

struct LoadedNames {
    std::vector<std::string> plugins;
    std::vector<std::string> handlers;  // "plugin.handler"

    bool has(const std::string& plugin) const {
        return std::find(plugins.begin(), plugins.end(), plugin) != plugins.end();
    }
};

LoadedNames names_of(const std::vector<std::shared_ptr<Generation>>& generations) {
    LoadedNames names;
    for (const auto& generation : generations) {
        names.plugins.push_back(generation->plugin);
        for (const detail::HandlerEntry& handler : generation->handlers().entries())
            names.handlers.push_back(generation->plugin + "." + handler.name);
    }
    return names;
}

}  // namespace

void warn_of_absent_plugins(const Config& config, const std::vector<std::shared_ptr<Generation>>& generations,
                            std::vector<PlanWarning>& warnings) {
    const LoadedNames loaded = names_of(generations);
    for (const RouteConfig& entry : config.routes) {
        const std::string plugin = entry.handler.substr(0, entry.handler.find('.'));
        if (entry.handler.empty() || loaded.has(plugin)) continue;
        std::string hint = detail::did_you_mean(entry.handler, loaded.handlers);
        if (hint.empty()) hint = detail::did_you_mean(plugin, loaded.plugins);
        warnings.push_back(
            {to_string(entry.position) + ": no plugin '" + plugin + "' is loaded for " + entry.handler + hint,
             plugin});
    }
    for (const auto& [plugin, settings] : config.settings) {
        if (loaded.has(plugin)) continue;
        const auto position = config.setting_positions.find(plugin);
        const std::string where =
            position == config.setting_positions.end() ? "" : to_string(position->second) + ": ";
        warnings.push_back({where + "settings." + plugin + ": no plugin of that name is loaded" +
                                detail::did_you_mean(plugin, loaded.plugins),
                            plugin});
    }
}

}  // namespace patchbay
