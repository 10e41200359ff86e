#include "config/environment.hpp"

#include "config/keys.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace patchbay {
namespace {

constexpr std::string_view prefix = "PATCHBAY_";

struct Option {
    std::string_view name;
    std::string_view path;
};
constexpr std::array options{Option{"--listen", "listen"}, Option{"--plugins", "plugins.directory"}};

std::string_view option_for(std::string_view path) {
    const auto option =
        std::find_if(options.begin(), options.end(), [&](const Option& entry) { return entry.path == path; });
    return option == options.end() ? std::string_view{} : option->name;
}

std::vector<std::string> known_names() {
    std::vector<std::string> names;
    for (const auto& key : detail::config_keys()) names.push_back(detail::environment_name(key.path));
    return names;
}

}  // namespace

Environment environment_from(const char* const* variables) {
    Environment environment;
    for (; variables != nullptr && *variables != nullptr; ++variables) {
        const std::string_view variable{*variables};
        const auto equals = variable.find('=');
        if (equals == std::string_view::npos) continue;
        environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
    }
    return environment;
}

void detail::apply_environment(const Environment& environment, Config& config, KeyOrigins& origins,
                               ConfigProblems& problems) {
    const auto keys = config_keys();
    for (const auto& [name, value] : environment) {
        const bool is_option = name.starts_with("--");
        if (!is_option && !name.starts_with(prefix)) continue;
        const SourcePosition at{name};
        const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& entry) {
            return (is_option ? std::string{option_for(entry.path)} : environment_name(entry.path)) == name;
        });
        if (key != keys.end() && !is_option && environment.contains(std::string{option_for(key->path)}))
            continue;
        if (key == keys.end()) {
            problems.add({at, {}, "this variable sets no key", nearest_name(name, known_names())});
            continue;
        }
        if (const auto complaint = assign(*key, {value, false}, config))
            problems.add({at, std::string{key->path}, complaint->text, complaint->suggestion});
        else
            origins[std::string{key->path}] = at;
    }
}

}  // namespace patchbay
