#include "config/settings.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace patchbay::detail {
namespace {

using Json = nlohmann::json;
using Kind = YamlNode::Kind;

std::size_t count_digits(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

std::string_view without_sign(std::string_view text) {
    return text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
}

bool is_integer(std::string_view text) {
    const auto digits = without_sign(text);
    return !digits.empty() && count_digits(digits) == digits.size();
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
    text = without_sign(text);
    const auto whole = count_digits(text);
    text.remove_prefix(whole);
    std::size_t fraction = 0;
    if (text.starts_with('.')) {
        fraction = count_digits(text.substr(1));
        text.remove_prefix(1 + fraction);
    }
    if (whole + fraction == 0) return false;
    return text.empty() || ((text.front() == 'e' || text.front() == 'E') && is_integer(text.substr(1)));
}

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (auto& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + ('a' - 'A'));
    }
    return lower;
}

// The core schema knows each word in three spellings: true, True and TRUE.
bool is_word(std::string_view text, std::string_view word) {
    if (lower_case(text) != word) return false;
    const auto is_upper = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
    const auto capitals = std::count_if(text.begin(), text.end(), is_upper);
    const bool all =
        capitals == std::count_if(word.begin(), word.end(), [](char letter) { return letter != '.'; });
    return capitals == 0 || all || (capitals == 1 && is_upper(text.front() == '.' ? text[1] : text.front()));
}

template <class Number>
std::optional<Number> whole(std::string_view digits, int base) {
    Number value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return std::nullopt;
    return value;
}

Parsed<Json> read_integer(std::string_view text, std::string_view digits, int base) {
    const bool is_negative = text.starts_with('-');
    if (!is_negative) {
        if (const auto value = whole<std::uint64_t>(digits, base)) {
            // Small ones are signed, as they are in a parsed JSON text that holds negative ones too.
            if (*value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return Json(static_cast<std::int64_t>(*value));
            return Json(*value);
        }
    } else if (const auto value = whole<std::int64_t>(text, base)) {
        return Json(*value);
    }
    return Complaint{'\'' + std::string{text.substr(0, 40)} + "' does not fit into 64 bits; put it in quotes",
                     {}};
}

Parsed<Json> read_decimal(std::string_view text) {
    const auto digits = without_sign(text);
    if (digits.size() == 1 || digits.front() != '0') return read_integer(text, digits, 10);
    const std::string found{text.substr(0, 40)};
    const std::string significant{digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1))};
    const bool may_be_octal = significant.find_first_of("89") == std::string::npos;
    return Complaint{'\'' + found + "' may be read as octal or as decimal; write " + significant +
                         (may_be_octal ? " or 0o" + significant : "") + ", or \"" + found + "\" in quotes",
                     {}};
}

Parsed<Json> read_float(std::string_view text) {
    double value = 0;
    const auto number = text.starts_with('+') ? text.substr(1) : text;
    const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
    if (result.ec != std::errc{} || !std::isfinite(value))
        return Complaint{
            '\'' + std::string{text.substr(0, 40)} + "' is out of a number's range; put it in quotes", {}};
    return Json(value);
}

Parsed<Json> read_plain(std::string_view text) {
    constexpr std::array<std::string_view, 4> ambiguous{"yes", "no", "on", "off"};
    if (is_word(text, "true")) return Json(true);
    if (is_word(text, "false")) return Json(false);
    for (const auto word : ambiguous) {
        if (!is_word(text, word)) continue;
        const bool is_true = word == "yes" || word == "on";
        return Complaint{'\'' + std::string{text} + "' may be read as text or as a truth value; write " +
                             (is_true ? "true" : "false") + ", or \"" + std::string{text} + "\" in quotes",
                         {}};
    }
    if (is_word(without_sign(text), ".inf") || is_word(text, ".nan"))
        return Complaint{'\'' + std::string{text} + "' can't be given to a plugin; put it in quotes", {}};
    if (is_integer(text)) return read_decimal(text);
    const auto is_based = [&](std::string_view prefix, std::string_view digits) {
        return text.size() > 2 && text.starts_with(prefix) &&
               text.find_first_not_of(digits, 2) == std::string_view::npos;
    };
    if (is_based("0o", "01234567")) return read_integer(text, text.substr(2), 8);
    if (is_based("0x", "0123456789abcdefABCDEF")) return read_integer(text, text.substr(2), 16);
    if (is_float(text)) return read_float(text);
    return Json(std::string{text});
}

class SettingsReader {
public:
    SettingsReader(Config& config, ConfigProblems& problems) : config_{config}, problems_{problems} {}

    Json read(const YamlNode& node, const std::string& path);

private:
    Config& config_;
    ConfigProblems& problems_;
};

// `path` is relative to "settings", as the plugin host speaks of it.
Json SettingsReader::read(const YamlNode& node, const std::string& path) {
    config_.setting_positions.emplace(path, place_of(node));
    switch (node.kind) {
        case Kind::null:
            return nullptr;
        case Kind::quoted:
            return node.text;
        case Kind::sequence: {
            auto list = Json::array();
            for (const auto& child : node.children)
                list.push_back(read(child, index_path(path, list.size())));
            return list;
        }
        case Kind::mapping: {
            auto object = Json::object();
            for (const auto& child : node.children)
                object[child.key] = read(child, join_path(path, child.key));
            return object;
        }
        case Kind::plain:
            break;
    }
    auto parsed = read_plain(node.text);
    if (auto* const complaint = std::get_if<Complaint>(&parsed)) {
        problems_.add({node.at, "settings." + path, complaint->text, complaint->suggestion});
        return nullptr;
    }
    return std::get<Json>(std::move(parsed));
}

}  // namespace

void read_settings(const YamlNode& node, Config& config, ConfigProblems& problems) {
    if (node.kind == Kind::null) return;
    if (node.kind != Kind::mapping) {
        const auto text = "expected a mapping of plugin names to their settings, found " + describe(node);
        problems.add({place_of(node), "settings", text, {}});
        return;
    }
    for (const auto& plugin : node.children) {
        const auto path = join_path("settings", plugin.key);
        if (!is_identifier(plugin.key)) {
            problems.add(
                {plugin.key_at, path, "a plugin's name is a letter, then letters, digits and '_'", {}});
            continue;
        }
        if (plugin.kind != Kind::mapping && plugin.kind != Kind::null) {
            const auto text = "expected a mapping of the plugin's settings, found " + describe(plugin);
            problems.add({place_of(plugin), path, text, {}});
            continue;
        }
        auto settings = SettingsReader{config, problems}.read(plugin, plugin.key);
        config.settings[plugin.key] = settings.is_null() ? Json::object() : std::move(settings);
    }
}

}  // namespace patchbay::detail
