#include "config/filters.hpp"

#include "config/filter_keys.hpp"
#include "config/filter_rules.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <utility>

namespace patchbay::detail {
namespace {

using Kind = YamlNode::Kind;

/// Reads the keys of one filter into its settings.
template <class Settings>
class FilterReader {
public:
    FilterReader(const FilterKind<Settings>& kind, Settings& settings, ConfigProblems& problems)
        : kind_{kind}, settings_{settings}, problems_{problems} {}

    void read(const YamlNode& node, const std::string& path) {
        if (node.kind == Kind::null) return;
        if (node.kind != Kind::mapping) {
            problems_.add({place_of(node), path, "expected a mapping of keys, found " + describe(node), {}});
            return;
        }
        for (const YamlNode& child : node.children) read_key(child, join_path(path, child.key));
    }

private:
    void read_key(const YamlNode& node, const std::string& path) {
        const auto key = std::find_if(kind_.keys.begin(), kind_.keys.end(),
                                      [&](const auto& entry) { return entry.path == node.key; });
        if (key == kind_.keys.end()) {
            std::vector<std::string> names;
            for (const auto& entry : kind_.keys) names.emplace_back(entry.path);
            problems_.add({node.key_at, path, "unknown key", nearest_name(node.key, names)});
        } else if (const auto* const list =
                       std::get_if<std::vector<std::string>& (*)(Settings&)>(&key->field)) {
            read_list(node, path, (*list)(settings_));
        } else if (const auto* const map =
                       std::get_if<std::map<std::string, std::string>& (*)(Settings&)>(&key->field)) {
            read_map(node, path, (*map)(settings_));
        } else if (!is_scalar(node)) {
            expected(key->rules.kind, node, path);
        } else if (const auto complaint = assign(*key, {node.text, node.kind == Kind::quoted}, settings_)) {
            problems_.add({node.at, path, complaint->text, complaint->suggestion});
        }
    }

    void expected(ValueKind kind, const YamlNode& node, const std::string& path) {
        problems_.add(
            {place_of(node), path, "expected " + expectation(kind) + ", found " + describe(node), {}});
    }

    void read_list(const YamlNode& node, const std::string& path, std::vector<std::string>& list) {
        list.clear();
        if (node.kind != Kind::sequence) return expected(ValueKind::texts, node, path);
        for (const YamlNode& item : node.children)
            read_text(item, index_path(path, list.size()), list.emplace_back());
    }

    void read_map(const YamlNode& node, const std::string& path, std::map<std::string, std::string>& map) {
        if (node.kind == Kind::null) return;
        if (node.kind != Kind::mapping) return expected(ValueKind::text_map, node, path);
        for (const YamlNode& item : node.children) read_text(item, join_path(path, item.key), map[item.key]);
    }

    void read_text(const YamlNode& node, const std::string& path, std::string& text) {
        if (!is_scalar(node)) return expected(ValueKind::text, node, path);
        if (const auto complaint = read_value({ValueKind::text, {}}, {node.text, true}, text))
            problems_.add({node.at, path, complaint->text, complaint->suggestion});
    }

    const FilterKind<Settings>& kind_;
    Settings& settings_;
    ConfigProblems& problems_;
};

class FiltersReader {
public:
    FiltersReader(const std::filesystem::path& directory, const Environment& environment,
                  ConfigProblems& problems)
        : directory_{directory}, environment_{environment}, problems_{problems} {}

    void read(const YamlNode& filter, std::vector<FilterConfig>& filters) {
        const auto path = join_path("filters", filter.key);
        if (!is_identifier(filter.key)) {
            problems_.add(
                {filter.key_at, path, "a filter's name is a letter, then letters, digits and '_'", {}});
        } else if (filter.kind != Kind::mapping || filter.children.size() != 1) {
            problems_.add({place_of(filter),
                           path,
                           "expected a mapping with one key, the filter's kind, found " + describe(filter),
                           {}});
        } else {
            read_kind(filter, path, filters);
        }
    }

private:
    void read_kind(const YamlNode& filter, const std::string& path, std::vector<FilterConfig>& filters) {
        const YamlNode& node = filter.children.front();
        const auto kind_path = join_path(path, node.key);
        bool found = false;
        for_each_filter_kind([&]<class Settings>(const FilterKind<Settings>& kind) {
            if (kind.name != node.key) return;
            found = true;
            Settings settings;
            FilterReader<Settings>{kind, settings, problems_}.read(node, kind_path);
            complete(settings, {node, kind_path, directory_, environment_, problems_});
            filters.push_back({filter.key, std::move(settings), filter.key_at});
        });
        if (!found)
            problems_.add({node.key_at, kind_path, "unknown kind of filter",
                           nearest_name(node.key, filter_kind_names())});
    }

    const std::filesystem::path& directory_;
    const Environment& environment_;
    ConfigProblems& problems_;
};

}  // namespace

std::vector<FilterConfig> read_filters(const YamlNode& node, const std::filesystem::path& directory,
                                       const Environment& environment, ConfigProblems& problems) {
    std::vector<FilterConfig> filters;
    if (node.kind == Kind::null) return filters;
    if (node.kind != Kind::mapping) {
        const auto text = "expected a mapping of names to filters, found " + describe(node);
        problems.add({place_of(node), "filters", text, {}});
        return filters;
    }
    FiltersReader reader{directory, environment, problems};
    for (const YamlNode& filter : node.children) reader.read(filter, filters);
    return filters;
}

std::vector<FilterReference> read_filter_names(const YamlNode& node, const std::string& path,
                                               ConfigProblems& problems) {
    std::vector<FilterReference> names;
    if (node.kind == Kind::null) return names;
    if (node.kind != Kind::sequence) {
        const auto text = "expected " + expectation(ValueKind::filter_names) + ", found " + describe(node);
        problems.add({place_of(node), path, text, {}});
        return names;
    }
    for (const YamlNode& item : node.children) {
        const auto item_path = index_path(path, names.size());
        if (!is_scalar(item)) {
            problems.add({item.at, item_path, "expected the name of a filter, found " + describe(item), {}});
        } else if (std::any_of(names.begin(), names.end(),
                               [&](const FilterReference& name) { return name.name == item.text; })) {
            problems.add({item.at, item_path, '\'' + abbreviate(item.text) + "' is listed twice", {}});
        }
        names.push_back({item.text, item.at, item_path});
    }
    return names;
}

bool is_plugin_filter(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot != std::string_view::npos && is_identifier(name.substr(0, dot)) &&
           is_identifier(name.substr(dot + 1));
}

void check_filter_names(const Config& config, ConfigProblems& problems) {
    std::vector<std::string> known;
    for (const FilterConfig& filter : config.filters) known.push_back(filter.name);
    std::vector<std::string> reported;  // a group's names are in all its routes
    const auto check = [&](const std::vector<FilterReference>& references) {
        for (const auto& [name, position, key] : references) {
            if (name.empty() || is_plugin_filter(name) ||
                std::find(known.begin(), known.end(), name) != known.end() ||
                std::find(reported.begin(), reported.end(), key) != reported.end())
                continue;
            reported.push_back(key);
            problems.add(
                {position, key, "there is no filter '" + abbreviate(name) + '\'', nearest_name(name, known)});
        }
    };
    check(config.global_filters);
    for (const RouteConfig& route : config.routes) check(route.filters);
}

}  // namespace patchbay::detail
