#include "config/reference.hpp"

#include "config/filter_keys.hpp"
#include "config/keys.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace patchbay {
namespace {

using detail::ConfigKey;
using detail::ValueKind;

std::size_t depth_of(std::string_view path) {
    return static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
}

std::string_view leaf_of(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::string_view parent_of(std::string_view path) {
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

std::string comment(std::string_view text, std::size_t indent) {
    constexpr std::size_t width = 100;
    const auto start = std::string(indent, ' ') + '#';
    std::string lines;
    auto line = start;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (line.size() + 1 + word.size() > width) {
            lines += line + '\n';
            line = start;
        }
        line += ' ' + std::string{word};
    }
    return lines + line + '\n';
}

class YamlWriter {
public:
    std::string write();

private:
    void open_sections_of(std::string_view path);
    void write_key(const ConfigKey<Config>& key);
    void write_listeners();
    void write_filters();
    void write_routes();

    std::string yaml_;
    std::string_view section_;
};

std::string YamlWriter::write() {
    yaml_ =
        "# yaml-language-server: $schema=patchbay.schema.json\n"
        "# Every key at its default. A file needs only the keys it changes; docs/configuration.md has the "
        "whole\n"
        "# reference. Written by `patchbay reference yaml`.\n";
    for (const auto& key : detail::config_keys()) {
        open_sections_of(parent_of(key.path));
        write_key(key);
    }
    yaml_ += '\n' + comment(detail::errors_summary, 0);
    yaml_ +=
        "# For example:\n"
        "#   404: ./pages/not_found.html\n"
        "errors: {}\n";
    write_filters();
    write_routes();
    yaml_ += '\n' + comment(detail::settings_summary, 0);
    yaml_ +=
        "# For example:\n"
        "#   greeter:\n"
        "#     greeting: Servus\n"
        "settings: {}\n";
    return yaml_;
}

void YamlWriter::open_sections_of(std::string_view path) {
    for (const auto& section : detail::config_sections()) {
        const bool holds =
            path == section.path || (path.starts_with(section.path) && path[section.path.size()] == '.');
        const bool is_open = section_ == section.path ||
                             (section_.starts_with(section.path) && section_[section.path.size()] == '.');
        if (!holds || is_open) continue;
        const auto indent = 2 * depth_of(section.path);
        yaml_ += '\n' + comment(section.summary, indent) + std::string(indent, ' ');
        yaml_ += std::string{leaf_of(section.path)} + ":\n";
    }
    section_ = path;
}

void YamlWriter::write_key(const ConfigKey<Config>& key) {
    const auto indent = 2 * depth_of(key.path);
    if (indent == 0) yaml_ += '\n';
    yaml_ += comment(key.summary, indent);
    auto rules = "Allowed: " + detail::allowed_values(key.rules) + '.';
    if (!key.effect.empty()) rules += ' ' + detail::effect_sentence(key.rules, key.effect);
    yaml_ += comment(rules, indent);
    if (key.rules.kind == ValueKind::listeners) write_listeners();
    yaml_ += std::string(indent, ' ') + std::string{leaf_of(key.path)} + ": " + default_value(key) + '\n';
}

void YamlWriter::write_listeners() {
    yaml_ +=
        "# For example:\n"
        "#   - \"[::]:8080\"\n"
        "#   - {address: unix:/run/patchbay.sock, mode: 0660, limits: {connections: 100}}\n"
        "# The keys of a mapping:\n";
    for (const auto& key : detail::listener_keys()) {
        yaml_ += comment("  " + std::string{key.path} + ": " + std::string{key.summary} +
                             " Default: " + std::string{key.default_text} + '.',
                         0);
    }
}

void YamlWriter::write_filters() {
    yaml_ += '\n' + comment(detail::filters_summary, 0);
    yaml_ +=
        "# For example:\n"
        "#   site:\n"
        "#     cors: {origins: [https://app.example], credentials: true}\n"
        "#   calm:\n"
        "#     rate_limit: {requests: 100, per: 1m}\n"
        "# The kinds, whose keys docs/configuration.md has:\n";
    detail::for_each_filter_kind([&](const auto& kind) {
        yaml_ += comment("  " + std::string{kind.name} + ": " + std::string{kind.summary}, 0);
    });
    yaml_ += "filters: {}\n\n" + comment(detail::global_filters_summary, 0) + "global_filters: []\n";
}

void YamlWriter::write_routes() {
    yaml_ += '\n' + comment(detail::routes_summary, 0);
    yaml_ +=
        "# For example:\n"
        "#   - path: /hi/{name}\n"
        "#     methods: [GET]\n"
        "#     handler: greeter.hello\n"
        "#     timeout: 2s\n"
        "#     max_body: 64KiB\n"
        "#   - path: /assets\n"
        "#     static: ./www\n"
        "#   - path: /old/{name}\n"
        "#     redirect: /hi/{name}\n"
        "# The keys of an entry:\n";
    for (const auto& key : detail::route_keys()) {
        const auto text = std::string{key.path} + ": " + std::string{key.summary} +
                          " Default: " + std::string{key.default_text} + '.';
        yaml_ += comment("  " + text, 0);
    }
    yaml_ += "routes: []\n\n" + comment(detail::groups_summary, 0);
    yaml_ +=
        "# For example:\n"
        "#   - prefix: /api\n"
        "#     host: api.example.org\n"
        "#     filters: [site]\n"
        "#     routes:\n"
        "#       - handler: greeter.hello\n"
        "groups: []\n";
}

std::string code(std::string_view text) { return '`' + std::string{text} + '`'; }

std::string key_row(const ConfigKey<Config>& key) {
    return "| " + code(key.path) + " | " + std::string{key.summary} + " | " +
           detail::type_name(key.rules.kind) + " | " + code(default_value(key)) + " | " +
           detail::allowed_values(key.rules) + " | " + code(detail::environment_name(key.path)) + " | " +
           std::string{key.effect} + " |\n";
}

std::string key_table(std::string_view section) {
    std::string table =
        "| Key | What it is | Type | Default | Allowed | Environment variable | Effect of raising or "
        "choosing it |\n"
        "|---|---|---|---|---|---|---|\n";
    for (const auto& key : detail::config_keys()) {
        if (parent_of(key.path) == section) table += key_row(key);
    }
    return table;
}

template <class Owner>
std::string described_table(std::span<const ConfigKey<Owner>> keys) {
    std::string table = "| Key | What it is | Type | Default | Allowed |\n|---|---|---|---|---|\n";
    for (const auto& key : keys) {
        table += "| " + code(key.path) + " | " + std::string{key.summary} + " | " +
                 detail::type_name(key.rules.kind) + " | " + std::string{key.default_text} + " | " +
                 detail::allowed_values(key.rules) + " |\n";
    }
    return table;
}

std::string filter_tables() {
    std::string tables;
    detail::for_each_filter_kind([&](const auto& kind) {
        tables += "\n### `" + std::string{kind.name} + "`\n\n" + std::string{kind.summary} + "\n\n" +
                  described_table(kind.keys);
    });
    return tables;
}

constexpr std::string_view introduction = R"(# Configuration

Written by `patchbay reference markdown` from the table that the parser itself uses.

The server reads one YAML file; [conf/full.yaml](../conf/full.yaml) has every key at its default. `{}` is a
complete configuration; a file with nothing in it is refused: it may be about to be written. Every problem is reported, each on a line of its own, and any problem means that nothing
of the file is taken:

```
patchbay.yaml:3:3: plugins.direktory: unknown key; did you mean 'directory'?
patchbay.yaml:7:9: timeouts.idle: a duration needs a unit, one of ms, s, m or h; found '60'; did you mean '60s'?
```

## How values are written

- **Durations** are one whole number and one unit: `250ms`, `30s`, `5m`, `1h`.
- **Sizes** are one whole number and one unit: `512B`; `64KiB`, `1MiB`, `2GiB` of 1024; `KB`, `MB`, `GB` of 1000.
- **Truth values** are `true` and `false`; `yes`, `no`, `on` and `off` are refused.
- **Numbers** are decimal, without quotes and without leading zeros: YAML 1.1 reads `010` as 8.
- Anything in quotes is text.

The file is UTF-8, one YAML document of at most 1MiB, 32 levels and 100000 values once aliases have been replaced.
Duplicate keys, merge keys (`<<`), tags, directives and tabs in the indentation are refused; anchors and aliases work.

## Environment variables

Each key below can be set by the variable beside it, which wins over the file. The value is written as in the file,
without quotes; a relative directory is taken from the working directory. `errors`, `filters`, `global_filters`,
`routes`, `groups` and `settings` have no variables. A variable whose name begins with `PATCHBAY_` and that sets no key is an error.

)";

}  // namespace

std::string full_yaml() { return YamlWriter{}.write(); }

std::string reference_markdown() {
    std::string page{introduction};
    page += "## The top level\n\n" + key_table({});
    page += "\n## The entries of `listen`\n\nEach is an address, or a mapping.\n\n" +
            described_table(detail::listener_keys());
    for (const auto& section : detail::config_sections())
        page += "\n## " + code(section.path) + "\n\n" + std::string{section.summary} + "\n\n" +
                key_table(section.path);
    page += "\n## `errors`\n\n" + std::string{detail::errors_summary} + '\n';
    page += "\n## `filters`\n\n" + std::string{detail::filters_summary} + '\n' + filter_tables();
    page += "\n## `global_filters`\n\n" + std::string{detail::global_filters_summary} + '\n';
    page += "\n## `routes`\n\n" + std::string{detail::routes_summary} + "\n\n" +
            described_table(detail::route_keys());
    page += "\n## `groups`\n\n" + std::string{detail::groups_summary} + "\n\n" +
            described_table(detail::group_keys());
    page += "\n## `settings`\n\n" + std::string{detail::settings_summary} +
            " Numbers, truth values and text are told apart by YAML 1.2's core schema, and reach the plugin "
            "as JSON. "
            "Infinities and NaN have no JSON form and are refused.\n";
    return page;
}

}  // namespace patchbay
