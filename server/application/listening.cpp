#include "application/listening.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <variant>

namespace patchbay {
namespace {

// Named sockets are taken first: "systemd" means those that are left.
std::map<std::string, std::vector<int>> inherited(const std::vector<ListenerConfig>& listeners) {
    InheritedSockets sockets{::getpid(), std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"),
                             std::getenv("LISTEN_FDNAMES")};
    std::map<std::string, std::vector<int>> taken;
    for (const bool named : {true, false}) {
        for (const ListenerConfig& listener : listeners) {
            const auto* const address = std::get_if<InheritedAddress>(&listener.address);
            if (address && address->name.empty() != named) taken[address->name] = sockets.take(address->name);
        }
    }
    return taken;
}

}  // namespace

std::vector<OpenListener> open_listeners(const std::vector<ListenerConfig>& listeners, std::size_t loops) {
    const auto passed_on = inherited(listeners);
    std::vector<OpenListener> open;
    for (const ListenerConfig& listener : listeners) {
        const auto add = [&](ListenSockets sockets) {
            open.push_back({std::move(sockets), listener.proxy_protocol});
        };
        if (const auto* const tcp = std::get_if<TcpAddress>(&listener.address)) {
            add(listen_on_tcp(tcp->host, tcp->port, loops));
        } else if (const auto* const file = std::get_if<UnixAddress>(&listener.address)) {
            std::optional<unsigned> mode;
            if (listener.mode) mode = static_cast<unsigned>(*listener.mode);
            add(listen_on_unix(file->path, mode, loops));
        } else {
            const std::string& name = std::get<InheritedAddress>(listener.address).name;
            for (ListenSockets& sockets : listen_on_inherited(passed_on.at(name), name, loops))
                add(std::move(sockets));
        }
    }
    return open;
}

detail::TrustedProxies trusted_proxies(const std::vector<ProxyRange>& ranges) {
    detail::TrustedProxies proxies;
    for (const ProxyRange& range : ranges) {
        if (range.network == "unix") {
            proxies.add_unix_sockets();
        } else {
            proxies.add(boost::asio::ip::make_address(range.network), range.bits);
        }
    }
    return proxies;
}

}  // namespace patchbay
