// application/x-www-form-urlencoded (WHATWG URL §5): queries and forms. Private to libpatchbay.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay::detail {

/// An escape that is none stays as it is.
std::string decode_form(std::string_view text);

/// The offset of the first '%' that two hexadecimal digits don't follow; npos when there is none.
std::size_t find_bad_escape(std::string_view text) noexcept;

std::string encode_form(const std::vector<std::pair<std::string, std::string>>& pairs);

/// Calls visit(encoded name, encoded value) for each pair until it returns true.
template <class Visit>
void for_each_pair(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (visit(pair.substr(0, equals), value)) return;
    }
}

/// Is the encoded name this one?
bool names(std::string_view encoded, std::string_view name);

}  // namespace patchbay::detail
