#include "http/access_request.hpp"

#include <algorithm>

namespace patchbay {

std::string_view header_of(const detail::RequestData& data, http::field name) noexcept {
    for (const HeaderField& line : data.headers)
        if (line.id == name) return line.value;
    return {};
}

std::string_view beginning_of(const AccessRequest& request) noexcept {
    const std::string_view line = request.beginning.substr(0, request.beginning.find('\n'));
    return line.substr(0, std::min(AccessRequest::shown_beginning, line.find('\r')));
}

TargetParts parts_of(std::string_view target) noexcept {
    const std::size_t mark = std::min(target.find('?'), target.size());
    std::string_view path = target.substr(0, mark);
    if (const std::size_t scheme = path.find("://"); !path.starts_with('/') && scheme != path.npos) {
        const std::size_t begin = path.find('/', scheme + 3);
        path = begin == path.npos ? "/" : path.substr(begin);
    }
    return {path, target.substr(std::min(mark + 1, target.size()))};
}

}  // namespace patchbay
