#include "http/host_routes.hpp"

#include <algorithm>
#include <array>

namespace patchbay {
namespace {

// Without the port, and the dot of the root (RFC 3986 §3.2.2).
std::string_view name_of(std::string_view host) noexcept {
    const std::size_t address = host.starts_with('[') ? host.find(']') : 0;
    host = host.substr(0, host.find(':', address));
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

const Router* HostRoutes::find(std::string_view host) const noexcept {
    std::array<char, 256> text;
    host = name_of(host);
    if (host.empty() || host.size() > text.size()) return nullptr;
    std::transform(host.begin(), host.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    const std::string_view name{text.data(), host.size()};
    if (const auto exact = routers_.find(name); exact != routers_.end()) return &exact->second;
    for (std::size_t dot = name.find('.', 1); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
        text[dot - 1] = '*';  // of the label before, which is not looked at again
        const auto end = routers_.find(name.substr(dot - 1));
        if (end != routers_.end()) return &end->second;
    }
    return nullptr;
}

}  // namespace patchbay
