#include "allow_list.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/src.hpp>  // Boost.URL's definitions, so that the plugin needs its headers only

#include <algorithm>
#include <stdexcept>

namespace fanout {
namespace {

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

}  // namespace

AllowList::AllowList(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        const auto parsed = boost::urls::parse_authority(entry);
        const bool has_port = parsed && parsed->has_port() && !parsed->port().empty();
        if (!parsed || parsed->has_userinfo() || parsed->host().empty() ||
            (has_port && parsed->port_number() == 0)) {
            throw std::invalid_argument{"'" + entry + "' is no host and no host:port"};
        }
        const auto [host, added] = ports_.try_emplace(lower_case(parsed->host_address()));
        if (!has_port) {
            host->second.clear();
        } else if (added || !host->second.empty()) {  // an entry without a port has said more
            host->second.push_back(parsed->port_number());
        }
    }
}

bool AllowList::allows(std::string_view host, std::uint16_t port) const {
    const auto found = ports_.find(host);
    if (found == ports_.end()) return false;
    const auto& ports = found->second;
    return ports.empty() || std::find(ports.begin(), ports.end(), port) != ports.end();
}

}  // namespace fanout
