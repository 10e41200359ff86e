#include "http/head_lines.hpp"

#include "http/field_syntax.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace patchbay {
namespace {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

constexpr std::uint64_t in_each_byte(std::uint8_t byte) { return 0x0101'0101'0101'0101u * byte; }

/// The first byte below `Least`, or DEL; `end` when there is none. Eight at a time; a borrow can only mark
/// bytes behind the first that is meant.
template <std::uint8_t Least>
const char* find_control(const char* at, const char* end) noexcept {
    for (; end - at >= 8; at += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, at, sizeof bytes);
        const std::uint64_t deleted = bytes ^ in_each_byte(0x7F);
        const std::uint64_t found =
            ((bytes - in_each_byte(Least)) & ~bytes) | ((deleted - in_each_byte(1)) & ~deleted);
        if (const std::uint64_t marks = found & in_each_byte(0x80); marks != 0)
            return at + std::countr_zero(marks) / 8;
    }
    while (at != end && static_cast<unsigned char>(*at) >= Least && *at != 0x7F) ++at;
    return at;
}

const char* end_of_token(const char* at, const char* end) noexcept {
    while (at != end && is_token_char(*at)) ++at;
    return at;
}

std::string_view between(const char* begin, const char* end) noexcept {
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

RequestFault read_request_line(std::string_view line, RequestLine& into) noexcept {
    const char* const begin = line.data();
    const char* const end = begin + line.size();
    const char* const version = end - std::string_view{"HTTP/1.1"}.size();
    const char* const method_end = end_of_token(begin, end);
    if (method_end == begin || method_end == end || *method_end != ' ') return RequestFault::malformed_method;
    const char* const target = method_end + 1;
    const char* const target_end = find_control<' ' + 1>(target, end);
    if (target_end == target || (target_end != end && *target_end != ' '))
        return RequestFault::malformed_target;
    if (version[5] != '1') return RequestFault::unsupported_version;
    if (target_end + 1 != version) return RequestFault::malformed_request_line;
    into = {.method = between(begin, method_end),
            .target = between(target, target_end),
            .version = version[7] == '0' ? 10u : 11u};
    return RequestFault::none;
}

bool take_field_line(std::string_view& lines, FieldLine& into) noexcept {
    const char* const name = lines.data();
    const char* const end = name + lines.size();
    const char* const name_end = end_of_token(name, end);
    if (name_end == name || name_end == end || *name_end != ':') return false;
    const char* begin = name_end + 1;
    while (begin != end && is_blank(*begin)) ++begin;
    const char* line_end = find_control<' '>(begin, end);
    while (line_end != end && *line_end == '\t') line_end = find_control<' '>(line_end + 1, end);
    if (end - line_end < 2 || line_end[0] != '\r' || line_end[1] != '\n') return false;
    const char* value_end = line_end;
    while (value_end != begin && is_blank(value_end[-1])) --value_end;
    into = {.name = between(name, name_end), .value = between(begin, value_end)};
    lines.remove_prefix(static_cast<std::size_t>(line_end + 2 - name));
    return true;
}

}  // namespace patchbay
