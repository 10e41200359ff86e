// The words of the reference for kinds of values.
#include "config/keys.hpp"
#include "config/reference.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace patchbay {

using detail::ValueKind;
using detail::ValueRules;

std::string detail::type_name(ValueKind kind) {
    switch (kind) {
        case ValueKind::address:
            return "address";
        case ValueKind::listeners:
            return "address, or list";
        case ValueKind::proxies:
            return "list";
        case ValueKind::file_mode:
            return "permissions";
        case ValueKind::access_format:
            return "format";
        case ValueKind::output:
            return "file";
        case ValueKind::boolean:
            return "true or false";
        case ValueKind::count:
        case ValueKind::count_or_auto:
            return "number";
        case ValueKind::duration:
            return "duration";
        case ValueKind::size:
            return "size";
        case ValueKind::log_level:
            return "level";
        case ValueKind::path:
        case ValueKind::optional_path:
            return "directory";
        case ValueKind::route_path:
            return "path pattern";
        case ValueKind::methods:
            return "list of methods";
        case ValueKind::handler:
            return "plugin.handler";
        case ValueKind::redirect_target:
            return "path or URL";
        case ValueKind::route_prefix:
            return "path pattern";
        case ValueKind::host_pattern:
            return "host";
        case ValueKind::routes:
            return "list";
        case ValueKind::slash_policy:
            return "policy";
        case ValueKind::text:
            return "text";
        case ValueKind::header_name:
            return "header field";
        case ValueKind::texts:
            return "list";
        case ValueKind::text_map:
            return "mapping";
        case ValueKind::filter_names:
            return "list of filters";
        case ValueKind::file:
            return "file";
    }
    return "value";
}

std::string detail::allowed_values(const ValueRules& rules) {
    const auto between = [&](const auto& format) {
        return format(rules.range.minimum) + " to " + format(rules.range.maximum);
    };
    const auto number = [](std::uint64_t value) { return std::to_string(value); };
    switch (rules.kind) {
        case ValueKind::count:
            return between(number);
        case ValueKind::count_or_auto:
            return "auto, or " + between(number);
        case ValueKind::duration:
            return between([](std::uint64_t value) {
                return format_duration(std::chrono::milliseconds{static_cast<std::int64_t>(value)});
            });
        case ValueKind::size:
            return between(format_size);
        case ValueKind::path:
            return "any path but an empty one";
        case ValueKind::optional_path:
            return "any path, or an empty one";
        case ValueKind::output:
            return "stdout, stderr, any path, or an empty one";
        default:
            return expectation(rules.kind);
    }
}

std::string detail::effect_sentence(const ValueRules& rules, std::string_view effect) {
    const bool is_quantity = rules.kind == ValueKind::count || rules.kind == ValueKind::count_or_auto ||
                             rules.kind == ValueKind::duration || rules.kind == ValueKind::size;
    return (is_quantity ? "Raising it: " : "") + std::string{effect};
}

}  // namespace patchbay
