#include "config/loader.hpp"

#include "config/document.hpp"
#include "config/error_pages.hpp"
#include "config/filters.hpp"
#include "config/groups.hpp"
#include "config/keys.hpp"
#include "config/listeners.hpp"
#include "config/regular_file.hpp"
#include "config/routes.hpp"
#include "config/settings.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace patchbay {
namespace {

using detail::ConfigProblems;
using detail::KeyOrigins;
using detail::YamlNode;
using Kind = YamlNode::Kind;

[[noreturn]] void fail(const std::filesystem::path& file, std::string text) {
    throw ConfigError{{{{file.string()}, {}, std::move(text), {}}}};
}

// A file that is truncated and not yet written would take filters and their passwords out of service.
bool says_nothing(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::size_t first = text.substr(0, end).find_first_not_of(" \t\r");
        if (first != std::string_view::npos && text[first] != '#') return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

std::string read_file(const std::filesystem::path& file) {
    detail::FileText read = detail::read_regular_file(file, "a YAML file");
    if (!read.problem.empty()) fail(file, read.problem);
    if (says_nothing(read.text))
        fail(file,
             "there is nothing in it: was it still being written? A file of {} stands for the defaults");
    return std::move(read.text);
}

bool is_in(std::string_view path, std::string_view section) {
    return section.empty() || (path.starts_with(section) && path.substr(section.size()).starts_with('.'));
}

/// The names that may stand directly in `section`; "" is the file itself.
std::vector<std::string> names_in(std::string_view section) {
    std::vector<std::string> names;
    const auto add = [&](std::string_view path) {
        if (!is_in(path, section)) return;
        const auto rest = section.empty() ? path : path.substr(section.size() + 1);
        if (rest.find('.') == std::string_view::npos) names.emplace_back(rest);
    };
    for (const auto& key : detail::config_keys()) add(key.path);
    for (const auto& inner : detail::config_sections()) add(inner.path);
    if (section.empty())
        names.insert(names.end(), {"errors", "filters", "global_filters", "groups", "routes", "settings"});
    return names;
}

/// The outermost key that is called `name` wherever it stands; nothing when there are several or none.
std::string only_path_ending_in(std::string_view name) {
    std::string found;
    std::ptrdiff_t found_depth = std::numeric_limits<std::ptrdiff_t>::max();
    for (const auto& key : detail::config_keys()) {
        const auto depth = std::count(key.path.begin(), key.path.end(), '.');
        if (key.path.substr(key.path.rfind('.') + 1) != name || depth > found_depth) continue;
        found = depth < found_depth ? key.path : std::string_view{};
        found_depth = depth;
    }
    return found;
}

class ConfigReader {
public:
    ConfigReader(std::filesystem::path directory, const Environment& environment, Config& config,
                 KeyOrigins& origins, ConfigProblems& problems)
        : directory_{std::move(directory)},
          environment_{environment},
          config_{config},
          origins_{origins},
          problems_{problems} {}

    void read_section(const YamlNode& section, const std::string& path);

private:
    void read_entry(const YamlNode& node, const std::string& section);
    void read_key(const detail::ConfigKey<Config>& key, const YamlNode& node);
    void read_list(const detail::ConfigKey<Config>& key, const YamlNode& node);
    void reject_unknown(const YamlNode& node, const std::string& section);

    std::filesystem::path directory_;
    const Environment& environment_;
    Config& config_;
    KeyOrigins& origins_;
    ConfigProblems& problems_;
};

void ConfigReader::read_section(const YamlNode& section, const std::string& path) {
    if (section.kind == Kind::mapping) {
        for (const auto& node : section.children) read_entry(node, path);
    } else if (section.kind != Kind::null) {
        const bool has_colon = section.kind == Kind::plain && section.text.find(':') != std::string::npos;
        const auto* const hint = has_colon ? "; the ':' after a key needs a blank behind it" : "";
        const auto text = "expected a mapping of keys, found " + describe(section) + hint;
        problems_.add({place_of(section), path, text, {}});
    }
}

void ConfigReader::read_entry(const YamlNode& node, const std::string& section) {
    const auto path = detail::join_path(section, node.key);
    const auto keys = detail::config_keys();
    const auto sections = detail::config_sections();
    const auto has_path = [&](const auto& entry) { return entry.path == path; };
    const bool is_dotted = node.key.find('.') != std::string::npos;
    const auto key = std::find_if(keys.begin(), keys.end(), has_path);
    if (is_dotted) return reject_unknown(node, section);
    if (key != keys.end()) return read_key(*key, node);
    if (std::any_of(sections.begin(), sections.end(), has_path)) return read_section(node, path);
    if (path == "routes") {
        auto routes = detail::read_routes(node, path, directory_, problems_);
        config_.routes.insert(config_.routes.begin(), std::make_move_iterator(routes.begin()),
                              std::make_move_iterator(routes.end()));
    } else if (path == "groups") {
        auto routes = detail::read_groups(node, directory_, problems_);
        config_.routes.insert(config_.routes.end(), std::make_move_iterator(routes.begin()),
                              std::make_move_iterator(routes.end()));
    } else if (path == "errors") {
        config_.errors = detail::read_error_pages(node, directory_, problems_);
    } else if (path == "filters") {
        config_.filters = detail::read_filters(node, directory_, environment_, problems_);
    } else if (path == "global_filters") {
        config_.global_filters = detail::read_filter_names(node, path, problems_);
    } else if (path == "settings") {
        detail::read_settings(node, config_, problems_);
    } else {
        reject_unknown(node, section);
    }
}

void ConfigReader::read_key(const detail::ConfigKey<Config>& key, const YamlNode& node) {
    const std::string path{key.path};
    if (key.rules.kind == detail::ValueKind::listeners || key.rules.kind == detail::ValueKind::proxies)
        return read_list(key, node);
    if (node.kind != Kind::plain && node.kind != Kind::quoted) {
        const auto text = "expected " + detail::expectation(key.rules.kind) + ", found " + describe(node);
        problems_.add({place_of(node), path, text, {}});
        return;
    }
    if (const auto complaint = assign(key, {node.text, node.kind == Kind::quoted}, config_)) {
        problems_.add({node.at, path, complaint->text, complaint->suggestion});
        return;
    }
    origins_[path] = node.at;
    if (const auto* const access = std::get_if<std::filesystem::path& (*)(Config&)>(&key.field)) {
        auto& directory = (*access)(config_);
        const bool relative =
            key.rules.kind != detail::ValueKind::output || !detail::is_standard_stream(directory);
        if (!directory.empty() && relative) directory = (directory_ / directory).lexically_normal();
    }
}

void ConfigReader::read_list(const detail::ConfigKey<Config>& key, const YamlNode& node) {
    if (key.rules.kind == detail::ValueKind::listeners) {
        auto listeners = detail::read_listeners(node, directory_, problems_);
        if (!listeners) return;
        config_.listen = *std::move(listeners);
    } else {
        auto proxies = detail::read_proxies(node, problems_);
        if (!proxies) return;
        config_.trusted_proxies = *std::move(proxies);
    }
    origins_[std::string{key.path}] = node.at;
}

void ConfigReader::reject_unknown(const YamlNode& node, const std::string& section) {
    const auto path = detail::join_path(section, node.key);
    const auto keys = detail::config_keys();
    const bool is_dotted = node.key.find('.') != std::string::npos;
    if (is_dotted &&
        std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.path == path; })) {
        problems_.add(
            {node.key_at, path, "keys are nested, not dotted; write each part on a line of its own", {}});
        return;
    }
    auto suggestion = detail::nearest_name(node.key, names_in(section));
    const auto elsewhere = only_path_ending_in(node.key);
    if (!elsewhere.empty()) suggestion = elsewhere;
    problems_.add({node.key_at, path, "unknown key", suggestion});
}

/// What no single key can tell. A share that was not written follows the whole instead, see config.hpp.
void check_shares(const Config& config, const KeyOrigins& origins, ConfigProblems& problems) {
    const auto check = [&](const std::string& share_key, std::size_t share, const std::string& whole_key,
                           std::size_t whole) {
        const auto origin = origins.find(share_key);
        if (origin == origins.end() || share <= whole) return;
        problems.add(
            {origin->second,
             share_key,
             std::to_string(share) + " is more than " + whole_key + ", which is " + std::to_string(whole),
             {}});
    };
    const auto& executor = config.executor;
    check("executor.per_plugin.threads", executor.per_plugin.threads, "executor.threads", executor.threads);
    check("executor.per_plugin.queue", executor.per_plugin.queue, "executor.queue", executor.queue);
    check("executor.websockets", executor.websockets, "executor.threads", executor.threads);
    check("executor.per_plugin.websockets", executor.per_plugin.websockets, "executor.per_plugin.threads",
          threads_per_plugin(executor));
}

}  // namespace

Config load_config(const std::filesystem::path& file, const Environment& environment) {
    return parse_config(read_file(file), file, environment);
}

Config parse_config(std::string_view yaml, const std::filesystem::path& file,
                    const Environment& environment) {
    Config config;
    KeyOrigins origins;
    ConfigProblems problems;
    const auto root = detail::read_yaml(yaml, file.string(), problems);
    config.plugins.directory = file.parent_path() / config.plugins.directory;  // as if it were written
    ConfigReader{file.parent_path(), environment, config, origins, problems}.read_section(root, {});
    detail::apply_environment(environment, config, origins, problems);
    check_shares(config, origins, problems);
    detail::check_listeners(config, origins, problems);
    detail::check_filter_names(config, problems);
    problems.raise_if_any();
    return config;
}

}  // namespace patchbay
