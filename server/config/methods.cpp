#include "config/methods.hpp"

#include <patchbay/route_pattern.hpp>

#include <algorithm>
#include <cctype>

namespace patchbay::detail {

bool is_method(std::string_view text) {
    const bool is_word = !text.empty() && std::none_of(text.begin(), text.end(), [](char letter) {
        return letter == ',' || std::isspace(static_cast<unsigned char>(letter)) != 0;
    });
    return is_word && parse_route(std::string{text} + " /").has_value();
}

std::vector<std::string> method_names() {
    const std::string all = MethodSet::all().to_string();
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < all.size();) {
        const std::size_t end = std::min(all.find(", ", begin), all.size());
        names.push_back(all.substr(begin, end - begin));
        begin = end + 2;
    }
    return names;
}

}  // namespace patchbay::detail
