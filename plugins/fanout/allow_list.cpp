#include "allow_list.hpp"

#include <patchbay/client_request.hpp>

#include <algorithm>
#include <stdexcept>

namespace fanout {
namespace {

using namespace patchbay;

[[noreturn]] void refuse(const std::string& entry) {
    throw std::invalid_argument{"'" + entry + "' is no host and no host:port"};
}

// As calls will name them.
ClientRequest parse(const std::string& entry) {
    if (entry.find_first_of("/?#") != std::string::npos) refuse(entry);
    try {
        return ClientRequest{http::verb::get, "http://" + entry};
    } catch (const std::invalid_argument&) {
        refuse(entry);
    }
}

bool names_port(std::string_view entry) {
    const std::size_t colon = entry.find(':', entry.find(']') == entry.npos ? 0 : entry.find(']'));
    return colon != entry.npos && colon + 1 < entry.size();
}

}  // namespace

AllowList::AllowList(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        const ClientRequest parsed = parse(entry);
        const auto [host, added] = ports_.try_emplace(parsed.host());
        if (!names_port(entry)) {
            host->second.clear();
        } else if (added || !host->second.empty()) {  // an entry without a port has said more
            host->second.push_back(parsed.port());
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
