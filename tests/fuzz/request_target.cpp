// The request-target: whatever is accepted is normal, and stays what it is when it is encoded and read again.
#include "http/path.hpp"
#include "target.hpp"

#include <patchbay/route_pattern.hpp>

namespace patchbay::fuzz {
namespace {

using boost::beast::http::verb;

// Every byte but the slashes; "%2F" is what an encoded slash has stayed.
std::string encoded(std::string_view path) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '/') {
            out += '/';
        } else if (path.substr(i, 3) == "%2F") {
            out += "%2f";
            i += 2;
        } else {
            const auto byte = static_cast<unsigned char>(path[i]);
            (out += '%') += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

void check_path(std::string_view path) {
    require(path.starts_with('/'), "a path begins with a slash");
    for (std::string_view rest = path; !rest.empty();) {
        rest.remove_prefix(1);
        const std::string_view segment = rest.substr(0, rest.find('/'));
        require(segment != "." && segment != "..", "no dot segment is left");
        rest.remove_prefix(segment.size());
    }
    for (const char c : path)
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control character is left");
    std::string scratch;
    const std::string again = encoded(path);
    const auto parsed = parse_target(verb::get, again, scratch);
    require(parsed.has_value() && parsed->path == path, "an encoded path is read as the same");
}

}  // namespace

void request_target(std::string_view input) {
    for (const verb method : {verb::get, verb::options, verb::connect}) {
        std::string scratch;
        const auto parsed = parse_target(method, input, scratch);
        if (!parsed) {
            require(!to_string(parsed.error()).empty(), "a refusal has a reason");
            continue;
        }
        require((parsed->form == TargetForm::authority) == (method == verb::connect), "CONNECT alone");
        if (parsed->form == TargetForm::asterisk) require(input == "*", "an asterisk alone");
        if (parsed->form == TargetForm::origin || parsed->form == TargetForm::absolute)
            check_path(parsed->path);
        if (parsed->form == TargetForm::origin) require(parsed->authority.empty(), "no authority");
        require(parsed->query.find('#') == std::string_view::npos, "no fragment");
    }
}

}  // namespace patchbay::fuzz
