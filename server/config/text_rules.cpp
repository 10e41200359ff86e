#include "config/text_rules.hpp"

#include "config/source_text.hpp"

#include <patchbay/route_pattern.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <netinet/in.h>
#include <string_view>
#include <system_error>

namespace patchbay::detail {
namespace {

std::optional<Complaint> check_handler(ScalarText scalar) {
    const auto dot = scalar.text.find('.');
    if (dot != std::string_view::npos && is_identifier(scalar.text.substr(0, dot)) &&
        is_identifier(scalar.text.substr(dot + 1)))
        return std::nullopt;
    const auto expected =
        "expected " + expectation(ValueKind::handler) + ", two names of letters, digits and '_'";
    return Complaint{expected + found(scalar), {}};
}

// Of a URL with a scheme and "//".
std::string_view authority_of(std::string_view url) {
    url.remove_prefix(url.find("//") + 2);
    return url.substr(0, url.find_first_of("/?#"));
}

std::optional<Complaint> check_redirect_target(ScalarText scalar) {
    const auto text = scalar.text;
    const bool is_rooted = text.starts_with('/') && !text.starts_with("//");
    const bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
    const bool is_visible =
        std::all_of(text.begin(), text.end(), [](char letter) { return letter > 0x20 && letter < 0x7f; });
    if (!(is_rooted || has_scheme) || !is_visible)
        return Complaint{"expected " + expectation(ValueKind::redirect_target) + found(scalar), {}};
    const auto authority = has_scheme ? authority_of(text) : std::string_view{};
    const auto host = authority.substr(authority.find('@') + 1);  // npos + 1 is 0
    const bool ends_nowhere = host.starts_with('[') && host.find(']') == host.npos;
    if (has_scheme && (host.empty() || host.starts_with(':') || ends_nowhere))
        return Complaint{"the URL has no host" + found(scalar), {}};
    const bool ends_in_parameter = authority.ends_with('}');  // which may be the port
    if (!ends_in_parameter && !has_sound_port(authority))
        return Complaint{"the URL's port must be from 1 to 65535" + found(scalar), {}};
    return std::nullopt;
}

std::optional<Complaint> check_plain_text(ValueKind kind, ScalarText scalar) {
    if (kind == ValueKind::header_name && !scalar.text.empty() && !is_http_token(scalar.text))
        return Complaint{"expected " + expectation(kind) + found(scalar), {}};
    const bool is_clean = std::none_of(scalar.text.begin(), scalar.text.end(), [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
    });
    if (is_clean) return std::nullopt;
    return Complaint{"the text holds a control character", {}};
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
    const auto pattern = RoutePattern::parse(text);
    if (!pattern) return Complaint{pattern.error().message + found(scalar), {}};
    return std::nullopt;
}

std::optional<Complaint> check_prefix(ScalarText scalar) {
    if (scalar.text.size() > 1 && scalar.text.ends_with('/'))
        return Complaint{"a prefix has no '/' at its end" + found(scalar),
                         std::string{scalar.text.substr(0, scalar.text.size() - 1)}};
    if (scalar.text == "/") return Complaint{"a prefix of '/' changes nothing; leave it out", {}};
    return check_route_path(scalar);
}

std::optional<Complaint> check_host_pattern(ScalarText scalar) {
    auto name = scalar.text;
    if (name.starts_with("*.")) name.remove_prefix(2);
    const auto is_fine = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
               letter == '.' || letter == '_';
    };
    const bool is_address = scalar.text.starts_with('[') && scalar.text.ends_with(']') &&
                            is_ipv6(std::string{scalar.text.substr(1, scalar.text.size() - 2)});
    if (is_address || (!name.empty() && name.size() < 256 && !name.starts_with('.') && !name.ends_with('.') &&
                       std::all_of(name.begin(), name.end(), is_fine)))
        return std::nullopt;
    std::string lower{scalar.text.substr(0, scalar.text.find(':'))};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    const bool helps = lower != scalar.text && !check_host_pattern({lower, true});
    return Complaint{"expected " + expectation(ValueKind::host_pattern) + ", in lower case, without a port" +
                         found(scalar),
                     helps ? lower : std::string{}};
}

}  // namespace

std::optional<Complaint> check_text(ValueKind kind, ScalarText scalar) {
    switch (kind) {
        case ValueKind::route_prefix:
            return check_prefix(scalar);
        case ValueKind::host_pattern:
            return check_host_pattern(scalar);
        case ValueKind::handler:
            return check_handler(scalar);
        case ValueKind::route_path:
            return check_route_path(scalar);
        case ValueKind::redirect_target:
            return check_redirect_target(scalar);
        default:
            return check_plain_text(kind, scalar);
    }
}

std::string found(ScalarText scalar) {
    if (scalar.quoted) return ", found the string \"" + abbreviate(scalar.text) + '"';
    return ", found '" + abbreviate(scalar.text) + '\'';
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool has_sound_port(std::string_view authority) {
    authority.remove_prefix(authority.find('@') + 1);  // npos + 1 is 0
    const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    if (colon == std::string_view::npos) return true;
    const auto text = authority.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return text.empty() || (error == std::errc{} && end == text.data() + text.size() && port != 0);
}

bool is_identifier(std::string_view text) {
    const auto is_letter = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
    };
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char letter) { return is_letter(letter) || (letter >= '0' && letter <= '9'); });
}

bool is_http_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
               marks.find(letter) != std::string_view::npos;
    });
}

}  // namespace patchbay::detail
