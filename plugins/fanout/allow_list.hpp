// The operator's list of hosts that may be called. No I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fanout {

class AllowList {
public:
    /// An entry is a host name or address, any port of which may be called, or one with a port:
    /// "localhost", "10.0.0.7:8080", "[::1]:8080". Errors: std::invalid_argument that names the entry.
    explicit AllowList(const std::vector<std::string>& entries);

    /// `host` in lower case, an IPv6 address without brackets.
    bool allows(std::string_view host, std::uint16_t port) const;

private:
    // Of each host; none: any.
    std::map<std::string, std::vector<std::uint16_t>, std::less<>> ports_;
};

}  // namespace fanout
