#include "config/listeners.hpp"

#include "config/addresses.hpp"
#include "config/keys.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace patchbay::detail {
namespace {

using Kind = YamlNode::Kind;

ScalarText scalar_of(const YamlNode& node) { return {node.text, node.kind == Kind::quoted}; }

// The names that may stand directly in a section of an entry, "" or "limits." or the like.
std::vector<std::string> listener_names_in(std::string_view section) {
    std::vector<std::string> names;
    for (const auto& key : listener_keys()) {
        if (!key.path.starts_with(section)) continue;
        const auto rest = key.path.substr(section.size());
        std::string name{rest.substr(0, rest.find('.'))};
        if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    return names;
}

class ListenersReader {
public:
    ListenersReader(std::filesystem::path directory, ConfigProblems& problems)
        : directory_{std::move(directory)}, problems_{problems} {}

    void read(const YamlNode& node);

    std::vector<ListenerConfig> listeners;
    bool sound = true;

private:
    void complain(const SourcePosition& at, const std::string& path, std::string text,
                  std::string suggestion = {}) {
        sound = false;
        problems_.add({at, path, std::move(text), std::move(suggestion)});
    }
    void read_entry(const YamlNode& entry, const std::string& path);
    void read_keys(const YamlNode& mapping, const std::string& section, const std::string& path,
                   ListenerConfig& listener);
    void read_key(const YamlNode& value, const std::string& section, const std::string& path,
                  ListenerConfig& listener);
    void add(const YamlNode& entry, const std::string& path, ListenerConfig listener);

    std::filesystem::path directory_;
    ConfigProblems& problems_;
};

void ListenersReader::read(const YamlNode& node) {
    if (node.kind == Kind::sequence) {
        if (node.children.empty())
            complain(node.at, "listen", "expected at least one address, found an empty list");
        for (std::size_t index = 0; index < node.children.size(); ++index)
            read_entry(node.children[index], index_path("listen", index));
    } else if (is_scalar(node)) {
        read_entry(node, "listen");
    } else {
        complain(place_of(node), "listen",
                 "expected " + expectation(ValueKind::listeners) + ", found " + describe(node));
    }
}

void ListenersReader::read_entry(const YamlNode& entry, const std::string& path) {
    ListenerConfig listener;
    if (is_scalar(entry)) {
        const auto complaint = read_value({ValueKind::address, {}}, scalar_of(entry), listener.address);
        if (complaint) return complain(entry.at, path, complaint->text, complaint->suggestion);
        return add(entry, path, std::move(listener));
    }
    if (entry.kind != Kind::mapping) {
        return complain(entry.at, path,
                        "expected an address, or a mapping with one, found " + describe(entry));
    }
    read_keys(entry, {}, path, listener);
    const auto has = [&](std::string_view name) {
        return std::any_of(entry.children.begin(), entry.children.end(),
                           [&](const auto& value) { return value.key == name; });
    };
    if (!has("address")) {
        return complain(entry.at, path + ".address",
                        "this key is required: " + expectation(ValueKind::address));
    }
    if (listener.mode && !std::holds_alternative<UnixAddress>(listener.address))
        return complain(entry.at, path + ".mode", "only the file of a unix: address has permissions");
    add(entry, path, std::move(listener));
}

void ListenersReader::read_keys(const YamlNode& mapping, const std::string& section, const std::string& path,
                                ListenerConfig& listener) {
    for (const auto& value : mapping.children) read_key(value, section, join_path(path, value.key), listener);
}

// `section` is "" or "limits." or the like; no key has a dot in its name.
void ListenersReader::read_key(const YamlNode& value, const std::string& section, const std::string& path,
                               ListenerConfig& listener) {
    const auto known_keys = listener_keys();
    const std::string name = section + value.key;
    const auto key = std::ranges::find(known_keys, name, &ConfigKey<ListenerConfig>::path);
    if (key != known_keys.end() && value.key.find('.') != std::string::npos)
        return complain(value.key_at, path,
                        "keys are nested, not dotted; write each part on a line of its own");
    const auto is_section = [&](const auto& entry) { return entry.path.starts_with(name + '.'); };
    if (key == known_keys.end() && std::ranges::any_of(known_keys, is_section)) {
        if (value.kind == Kind::mapping) return read_keys(value, name + '.', path, listener);
        if (value.kind == Kind::null) return;
        return complain(place_of(value), path, "expected a mapping of keys, found " + describe(value));
    }
    if (key == known_keys.end())
        return complain(value.key_at, path, "unknown key",
                        nearest_name(value.key, listener_names_in(section)));
    if (!is_scalar(value)) {
        return complain(place_of(value), path,
                        "expected " + expectation(key->rules.kind) + ", found " + describe(value));
    }
    if (const auto complaint = assign(*key, scalar_of(value), listener))
        complain(value.at, path, complaint->text, complaint->suggestion);
}

void ListenersReader::add(const YamlNode& entry, const std::string& path, ListenerConfig listener) {
    if (auto* const socket = std::get_if<UnixAddress>(&listener.address))
        socket->path = (directory_ / socket->path).lexically_normal();
    if (is_listed(listener.address, listeners))
        return complain(entry.at, path, '\'' + to_string(listener.address) + "' is listed twice");
    listeners.push_back(std::move(listener));
}

}  // namespace

std::optional<std::vector<ListenerConfig>> read_listeners(const YamlNode& node,
                                                          const std::filesystem::path& directory,
                                                          ConfigProblems& problems) {
    ListenersReader reader{directory, problems};
    reader.read(node);
    return reader.sound ? std::optional{std::move(reader.listeners)} : std::nullopt;
}

std::optional<std::vector<ProxyRange>> read_proxies(const YamlNode& node, ConfigProblems& problems) {
    std::vector<ProxyRange> proxies;
    bool sound = true;
    const auto read = [&](const YamlNode& item, const std::string& path) {
        auto parsed =
            is_scalar(item)
                ? parse_proxy(scalar_of(item))
                : Complaint{"expected " + expectation(ValueKind::proxies) + ", found " + describe(item), {}};
        if (const auto* const complaint = std::get_if<Complaint>(&parsed)) {
            problems.add({place_of(item), path, complaint->text, complaint->suggestion});
            sound = false;
        } else {
            proxies.push_back(std::get<ProxyRange>(std::move(parsed)));
        }
    };
    if (node.kind == Kind::sequence) {
        for (std::size_t index = 0; index < node.children.size(); ++index)
            read(node.children[index], index_path("trusted_proxies", index));
    } else {
        read(node, "trusted_proxies");
    }
    return sound ? std::optional{std::move(proxies)} : std::nullopt;
}

void check_listeners(const Config& config, const KeyOrigins& origins, ConfigProblems& problems) {
    const auto proxied = std::find_if(config.listen.begin(), config.listen.end(),
                                      [](const auto& listener) { return listener.proxy_protocol; });
    if (proxied == config.listen.end() || !config.trusted_proxies.empty()) return;
    problems.add(
        {origins.at("listen"),
         "trusted_proxies",
         '\'' + to_string(proxied->address) + "' has proxy_protocol, but no proxy is trusted to send it",
         {}});
}

}  // namespace patchbay::detail
