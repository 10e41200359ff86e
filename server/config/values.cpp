#include "config/values.hpp"

#include "config/source_text.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>
#include <netinet/in.h>
#include <utility>

namespace patchbay::detail {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};

std::string found(ScalarText scalar) {
    if (scalar.quoted) return ", found the string \"" + abbreviate(scalar.text) + '"';
    return ", found '" + abbreviate(scalar.text) + '\'';
}

template <class T>
std::optional<Complaint> take(Parsed<T> parsed, T& out) {
    if (auto* const complaint = std::get_if<Complaint>(&parsed)) return std::move(*complaint);
    out = std::move(std::get<T>(parsed));
    return std::nullopt;
}

bool is_host_letter(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '.' ||
           letter == '_';
}

// No name of a host ends in a number (RFC 1123 §2.1), so that what does must be an IPv4 address.
bool is_name_or_ipv4(const std::string& host) {
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_letter)) return false;
    const auto last_label = host.substr(host.rfind('.') == std::string::npos ? 0 : host.rfind('.') + 1);
    const auto is_digit = [](unsigned char letter) { return std::isdigit(letter) != 0; };
    in_addr address{};
    return !std::all_of(last_label.begin(), last_label.end(), is_digit) ||
           inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool is_whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
    if (!is_whole) return std::nullopt;
    return port;
}

Parsed<ListenAddress> parse_address(ScalarText scalar) {
    const auto text = scalar.text;
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        const auto suggestion = parse_port(text) ? "127.0.0.1:" + std::string{text} : std::string{};
        return Complaint{"expected " + expectation(ValueKind::address) + found(scalar), suggestion};
    }
    std::string host{text.substr(0, colon)};
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto port_text = std::string{text.substr(colon + 1)};
    const auto port = parse_port(port_text);
    if (!port) return Complaint{"expected a port from 0 to 65535 after the last ':'" + found(scalar), {}};
    if (bracketed && !is_ipv6(host))
        return Complaint{"expected an IPv6 address in the brackets" + found(scalar), {}};
    if (bracketed) return ListenAddress{host, *port};
    if (host.empty() || host == "*")
        return Complaint{"a host is needed before the last ':'" + found(scalar), "0.0.0.0:" + port_text};
    if (is_ipv6(host))
        return Complaint{"an IPv6 address needs brackets" + found(scalar), '[' + host + "]:" + port_text};
    if (!is_name_or_ipv4(host))
        return Complaint{'\'' + abbreviate(host) + "' is neither an address nor a host name", {}};
    return ListenAddress{host, *port};
}

std::optional<Complaint> check_handler(ScalarText scalar) {
    const auto dot = scalar.text.find('.');
    if (dot != std::string_view::npos && is_identifier(scalar.text.substr(0, dot)) &&
        is_identifier(scalar.text.substr(dot + 1)))
        return std::nullopt;
    const auto expected =
        "expected " + expectation(ValueKind::handler) + ", two names of letters, digits and '_'";
    return Complaint{expected + found(scalar), {}};
}

std::optional<Complaint> check_route_path(ScalarText scalar) {
    const auto text = scalar.text;
    constexpr std::string_view refused = "?# \t\r\n";
    const bool is_clean = text.find_first_of(refused) == std::string_view::npos;
    if (const auto blank = text.find(" /"); blank != std::string_view::npos)
        return Complaint{"a path has no method before it; 'methods' is a key of its own" + found(scalar),
                         std::string{text.substr(blank + 1)}};
    if (!text.starts_with('/'))
        return Complaint{"a path begins with '/'" + found(scalar), is_clean ? '/' + std::string{text} : ""};
    if (!is_clean) return Complaint{"a path holds no '?', no '#' and no blanks" + found(scalar), {}};
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

std::optional<Complaint> read_value(const ValueRules&, ScalarText scalar, LogConfig::Level& out) {
    const auto name = std::find(level_names.begin(), level_names.end(), scalar.text);
    if (name != level_names.end()) {
        out = static_cast<LogConfig::Level>(name - level_names.begin());
        return std::nullopt;
    }
    return Complaint{"expected " + expectation(ValueKind::log_level) + found(scalar),
                     nearest_name(scalar.text, log_level_names())};
}

std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::filesystem::path& out) {
    if (scalar.text.empty() && rules.kind == ValueKind::path)
        return Complaint{"a path is needed, found an empty one", {}};
    out = std::filesystem::path{scalar.text};
    return std::nullopt;
}

std::optional<Complaint> read_value(const ValueRules& rules, ScalarText scalar, std::string& out) {
    auto complaint = rules.kind == ValueKind::handler ? check_handler(scalar) : check_route_path(scalar);
    if (!complaint) out = std::string{scalar.text};
    return complaint;
}

std::string expectation(ValueKind kind) {
    switch (kind) {
        case ValueKind::address:
            return "host:port such as 127.0.0.1:8080 or [::1]:8080";
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
        case ValueKind::path:
        case ValueKind::optional_path:
            return "the path of a directory";
        case ValueKind::route_path:
            return "a path such as /hello/{name}";
        case ValueKind::methods:
            return "a list of methods such as [GET, POST]";
        case ValueKind::handler:
            return "plugin.handler such as greeter.hello";
    }
    return "a value";
}

std::string format_value(ValueKind, bool value) { return value ? "true" : "false"; }

std::string format_value(ValueKind kind, std::size_t value) {
    if (kind == ValueKind::size) return format_size(value);
    return kind == ValueKind::count_or_auto && value == 0 ? "auto" : std::to_string(value);
}

std::string format_value(ValueKind, std::chrono::milliseconds value) { return format_duration(value); }

std::string format_value(ValueKind, const ListenAddress& value) { return to_string(value); }

std::string format_value(ValueKind, LogConfig::Level value) {
    return std::string{level_names[static_cast<std::size_t>(value)]};
}

std::string format_value(ValueKind, const std::filesystem::path& value) {
    return value.empty() ? "\"\"" : value.string();
}

bool is_identifier(std::string_view text) {
    const auto is_letter = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
    };
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char letter) { return is_letter(letter) || (letter >= '0' && letter <= '9'); });
}

std::vector<std::string> log_level_names() { return {level_names.begin(), level_names.end()}; }

}  // namespace patchbay::detail
