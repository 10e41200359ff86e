// Text from a request as a number or bool: the whole text must be one, in decimal, and fit.
#pragma once

#include <patchbay/export.hpp>

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>

namespace patchbay::detail {

/// Throws HttpError(400): "<kind> '<name>' must be <type>".
[[noreturn]] PATCHBAY_API void throw_bad_parameter(std::string_view kind, std::string_view name,
                                                   std::string_view type);

template <class T>
concept ParsedValue = std::integral<T> || std::floating_point<T>;

template <ParsedValue T>
std::optional<T> parse_value(std::string_view text) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
        if (text == "true" || text == "1") return true;
        if (text == "false" || text == "0") return false;
        return std::nullopt;
    } else {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        return value;
    }
}

template <ParsedValue T>
constexpr std::string_view type_name() noexcept {
    if constexpr (std::is_same_v<T, bool>) return "true or false";
    if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) return "a non-negative integer in range";
    if constexpr (std::is_integral_v<T>) return "an integer in range";
    return "a number";
}

/// Errors: HttpError(400) that names the parameter.
template <ParsedValue T>
T parse_parameter(std::string_view kind, std::string_view name, std::string_view text) {
    if (auto value = parse_value<T>(text)) return *value;
    throw_bad_parameter(kind, name, type_name<T>());
}

}  // namespace patchbay::detail
