#include "config/values.hpp"

#include "config/addresses.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"
#include "config/text_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace patchbay::detail {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 3> format_names{"auto", "json", "text"};

// Three or four octal digits, in quotes or not.
Parsed<std::size_t> parse_file_mode(ScalarText scalar) {
    const auto text = scalar.text;
    std::size_t mode = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '7') mode = 07777;
        mode = mode * 8 + static_cast<std::size_t>(digit - '0');
    }
    if ((text.size() == 3 || text.size() == 4) && mode <= 0777) return mode;
    return Complaint{"expected " + expectation(ValueKind::file_mode) + found(scalar), {}};
}

template <class T>
std::optional<Complaint> take(Parsed<T> parsed, T& out) {
    if (auto* const complaint = std::get_if<Complaint>(&parsed)) return std::move(*complaint);
    out = std::move(std::get<T>(parsed));
    return std::nullopt;
}

}  // namespace

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, bool& out) {
    const auto is_one_of = [&](const auto& words) {
        return std::find(words.begin(), words.end(), scalar.text) != words.end();
    };
    constexpr std::array<std::string_view, 3> true_words{"true", "True", "TRUE"};
    constexpr std::array<std::string_view, 3> false_words{"false", "False", "FALSE"};
    if (is_one_of(true_words) || is_one_of(false_words)) {
        if (scalar.quoted) return Complaint{"expected true or false without quotes" + found(scalar), {}};
        out = is_one_of(true_words);
        return std::nullopt;
    }
    std::string lower{scalar.text};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    auto suggestion = nearest_name(lower, {"true", "false"});
    if (lower == "yes" || lower == "on" || lower == "1") suggestion = "true";
    if (lower == "no" || lower == "off" || lower == "0") suggestion = "false";
    return Complaint{"expected " + expectation(ValueKind::boolean) + found(scalar), suggestion};
}

std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::size_t& out) {
    if (rules.kind == ValueKind::size) return take(parse_size(scalar.text, rules.range), out);
    if (rules.kind == ValueKind::file_mode) return take(parse_file_mode(scalar), out);
    const bool may_be_auto = rules.kind == ValueKind::count_or_auto;
    if (may_be_auto && scalar.text == "auto") {
        out = 0;
        return std::nullopt;
    }
    auto parsed = parse_count(scalar.text, rules.range);
    if (scalar.quoted && std::holds_alternative<std::size_t>(parsed))
        return Complaint{"expected a number without quotes" + found(scalar), {}};
    auto complaint = take(std::move(parsed), out);
    if (!complaint || !may_be_auto) return complaint;
    constexpr std::string_view expected = "expected ";
    complaint->text.insert(expected.size(), "auto or ");
    if (complaint->suggestion.empty()) complaint->suggestion = nearest_name(scalar.text, {"auto"});
    return complaint;
}

std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar,
                                    std::chrono::milliseconds& out) {
    return take(parse_duration(scalar.text, rules.range), out);
}

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, ListenAddress& out) {
    return take(parse_address(scalar), out);
}

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, std::vector<ListenerConfig>& out) {
    return take(parse_addresses(scalar), out);
}

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, std::vector<ProxyRange>& out) {
    return take(parse_proxies(scalar), out);
}

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, LogConfig::Level& out) {
    const auto name = std::find(level_names.begin(), level_names.end(), scalar.text);
    if (name != level_names.end()) {
        out = static_cast<LogConfig::Level>(name - level_names.begin());
        return std::nullopt;
    }
    return Complaint{"expected " + expectation(ValueKind::log_level) + found(scalar),
                     nearest_name(scalar.text, log_level_names())};
}

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, AccessLogConfig::Format& out) {
    const auto name = std::find(format_names.begin(), format_names.end(), scalar.text);
    if (name != format_names.end()) {
        out = static_cast<AccessLogConfig::Format>(name - format_names.begin());
        return std::nullopt;
    }
    return Complaint{"expected " + expectation(ValueKind::access_format) + found(scalar),
                     nearest_name(scalar.text, access_format_names())};
}

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, TrailingSlash& out) {
    if (scalar.text == "strict" || scalar.text == "redirect") {
        out = scalar.text == "strict" ? TrailingSlash::strict : TrailingSlash::redirect;
        return std::nullopt;
    }
    return Complaint{"expected " + expectation(ValueKind::slash_policy) + found(scalar),
                     nearest_name(scalar.text, {"strict", "redirect"})};
}

std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::filesystem::path& out) {
    if (scalar.text.empty() && rules.kind != ValueKind::optional_path && rules.kind != ValueKind::output)
        return Complaint{"a path is needed, found an empty one", {}};
    out = std::filesystem::path{scalar.text};
    return std::nullopt;
}

std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::string& out) {
    auto complaint = check_text(rules.kind, scalar);
    if (!complaint) out = std::string{scalar.text};
    return complaint;
}

std::string expectation(ValueKind kind) {
    switch (kind) {
        case ValueKind::address:
        case ValueKind::listeners:
            return "host:port such as 127.0.0.1:8080 or [::1]:8080";
        case ValueKind::proxies:
            return "an address such as 10.0.0.1, a network such as 10.0.0.0/8, or unix";
        case ValueKind::file_mode:
            return "permissions such as 0660";
        case ValueKind::boolean:
            return "true or false";
        case ValueKind::count:
            return "a whole number";
        case ValueKind::count_or_auto:
            return "auto or a whole number";
        case ValueKind::duration:
            return "a duration such as 30s";
        case ValueKind::size:
            return "a size such as 64KiB";
        case ValueKind::log_level:
            return "debug, info, warning or error";
        case ValueKind::access_format:
            return "auto, json or text";
        case ValueKind::output:
            return "the path of a file, stdout or stderr";
        case ValueKind::path:
        case ValueKind::optional_path:
            return "the path of a directory";
        case ValueKind::route_path:
            return "a path such as /hello/{name}";
        case ValueKind::methods:
            return "a list of methods such as [GET, POST]";
        case ValueKind::handler:
            return "plugin.handler such as greeter.hello";
        case ValueKind::redirect_target:
            return "a path such as /new/{name}, or a URL of http or https";
        case ValueKind::route_prefix:
            return "a prefix such as /api";
        case ValueKind::host_pattern:
            return "a host such as api.example.org or *.example.org";
        case ValueKind::routes:
            return "a list of mappings";
        case ValueKind::slash_policy:
            return "strict or redirect";
        case ValueKind::text:
            return "text";
        case ValueKind::header_name:
            return "the name of a header field such as X-Api-Key";
        case ValueKind::texts:
            return "a list such as [one, two]";
        case ValueKind::text_map:
            return "a mapping of names to texts";
        case ValueKind::filter_names:
            return "a list of the names of filters such as [site, admin]";
        case ValueKind::file:
            return "the path of a file";
    }
    return "a value";
}

std::string format_value(ValueKind, bool value) { return value ? "true" : "false"; }

std::string format_value(ValueKind kind, std::size_t value) {
    if (kind == ValueKind::size) return format_size(value);
    return kind == ValueKind::count_or_auto && value == 0 ? "auto" : std::to_string(value);
}

std::string format_value(ValueKind, std::chrono::milliseconds value) { return format_duration(value); }

std::string format_value(ValueKind, const std::vector<ListenerConfig>& value) {
    return to_string(value.front().address);
}

std::string format_value(ValueKind, const std::vector<ProxyRange>&) { return "[]"; }

std::string format_value(ValueKind, LogConfig::Level value) {
    return std::string{level_names[static_cast<std::size_t>(value)]};
}

std::string format_value(ValueKind, AccessLogConfig::Format value) {
    return std::string{format_names[static_cast<std::size_t>(value)]};
}

std::string format_value(ValueKind, TrailingSlash value) {
    return value == TrailingSlash::strict ? "strict" : "redirect";
}

std::string format_value(ValueKind, const std::filesystem::path& value) {
    return value.empty() ? "\"\"" : value.string();
}

std::vector<std::string> log_level_names() { return {level_names.begin(), level_names.end()}; }

std::vector<std::string> access_format_names() { return {format_names.begin(), format_names.end()}; }

bool is_standard_stream(const std::filesystem::path& output) {
    return output == "stdout" || output == "stderr";
}

}  // namespace patchbay::detail
