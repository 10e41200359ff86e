// Reading the header lines that a response has. Pure functions; any thread.
#pragma once

#include "http/field_syntax.hpp"

#include <patchbay/response.hpp>

#include <string_view>

namespace patchbay {

/// Calls visit(name, value) for each of the response's own header lines.
template <class Visit>
void for_each_header(const Response& response, Visit visit) {
    std::string_view lines = response.header_lines();
    while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n");
        const std::string_view line = lines.substr(0, end);
        const std::size_t colon = line.find(':');
        visit(line.substr(0, colon), trimmed(line.substr(colon + 1)));
        lines.remove_prefix(end + 2);
    }
}

/// Whether a list, such as Cache-Control's (RFC 9111 §5.2), has a directive, with or without an argument.
inline bool lists_directive(std::string_view list, std::string_view wanted) noexcept {
    for (auto element = take_element(list); !element.empty(); element = take_element(list))
        if (equal_ignoring_case(trimmed(element.substr(0, element.find('='))), wanted)) return true;
    return false;
}

}  // namespace patchbay
