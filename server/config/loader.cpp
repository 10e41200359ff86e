#include "config/loader.hpp"

#include "config/document.hpp"
#include "config/keys.hpp"
#include "config/routes.hpp"
#include "config/settings.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <limits>
#include <system_error>
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

std::string read_file(const std::filesystem::path& file) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found) fail(file, "there is no such file");
    if (std::filesystem::is_directory(status)) fail(file, "this is a directory; a YAML file is expected");
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    if (!stream) fail(file, "can't be opened: " + std::generic_category().message(errno));
    // One byte more than is allowed is enough for the reader to refuse the rest.
    std::string text(detail::max_yaml_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) fail(file, "can't be read: " + std::generic_category().message(errno));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
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
    if (section.empty()) names.insert(names.end(), {"routes", "settings"});
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
    ConfigReader(std::filesystem::path directory, Config& config, KeyOrigins& origins,
                 ConfigProblems& problems)
        : directory_{std::move(directory)}, config_{config}, origins_{origins}, problems_{problems} {}

    void read_section(const YamlNode& section, const std::string& path);

private:
    void read_entry(const YamlNode& node, const std::string& section);
    void read_key(const detail::ConfigKey<Config>& key, const YamlNode& node);
    void reject_unknown(const YamlNode& node, const std::string& section);

    std::filesystem::path directory_;
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
        config_.routes = detail::read_routes(node, problems_);
    } else if (path == "settings") {
        detail::read_settings(node, config_, problems_);
    } else {
        reject_unknown(node, section);
    }
}

void ConfigReader::read_key(const detail::ConfigKey<Config>& key, const YamlNode& node) {
    const std::string path{key.path};
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
        if (!directory.empty()) directory = (directory_ / directory).lexically_normal();
    }
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
    ConfigReader{file.parent_path(), config, origins, problems}.read_section(root, {});
    detail::apply_environment(environment, config, origins, problems);
    check_shares(config, origins, problems);
    problems.raise_if_any();
    return config;
}

}  // namespace patchbay
