#include "application/listening.hpp"

#include <patchbay/detail/trusted_proxies.hpp>

#include <algorithm>
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

ConnectionOptions connection_options(const Config& config, const ListenerLimits& own) {
    const LimitsConfig& limits = config.limits;
    const TimeoutsConfig& timeouts = config.timeouts;
    ConnectionOptions options;
    options.head = {{own.target.value_or(limits.target), own.header_bytes.value_or(limits.header_bytes)},
                    own.header_fields.value_or(limits.header_fields)};
    if (own.connections) options.max_connections = *own.connections;
    options.max_connections_per_address =
        own.connections_per_address.value_or(limits.connections_per_address);
    options.counts_own_addresses = own.connections_per_address.has_value();
    options.max_requests = own.requests_per_connection.value_or(limits.requests_per_connection);
    options.header_timeout = own.header_timeout.value_or(timeouts.header);
    options.body_timeout = own.body_timeout.value_or(timeouts.body);
    options.idle_timeout = own.idle_timeout.value_or(timeouts.idle);
    options.write_timeout = own.write_timeout.value_or(timeouts.write);
    options.early_hints = own.early_hints;
    options.min_rate = own.min_rate.value_or(limits.min_rate);
    return options;
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

}  // namespace

std::vector<OpenListener> open_listeners(const std::vector<ListenerConfig>& listeners, std::size_t loops) {
    const auto passed_on = inherited(listeners);
    std::vector<OpenListener> open;
    for (std::size_t number = 0; number < listeners.size(); ++number) {
        const ListenerConfig& listener = listeners[number];
        const auto add = [&](ListenSockets sockets) {
            const ListenerOptions options{
                .shared = sockets.shared, .number = number, .proxy_protocol = listener.proxy_protocol};
            open.push_back({std::move(sockets), options});
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

bool same_sockets(const std::vector<ListenerConfig>& a, const std::vector<ListenerConfig>& b) {
    return std::ranges::equal(a, b, [](ListenerConfig x, const ListenerConfig& y) {
        x.limits = y.limits;
        return x == y;
    });
}

// Only port 0 may stand there several times: of those the first is the first.
void take_limits(std::vector<ListenerConfig>& open, const std::vector<ListenerConfig>& fresh) {
    std::vector<bool> taken(fresh.size());
    for (ListenerConfig& listener : open) {
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            if (taken[i] || !(fresh[i].address == listener.address)) continue;
            listener.limits = fresh[i].limits;
            taken[i] = true;
            break;
        }
    }
}

ServerOptions server_options(const Config& config, const std::vector<ListenerConfig>& open) {
    ServerOptions options;
    options.max_connections = config.limits.connections;
    options.trusted_proxies = trusted_proxies(config.trusted_proxies);
    options.max_body = config.limits.body;
    for (const ListenerConfig& listener : open)
        options.listeners.push_back(connection_options(config, listener.limits));
    return options;
}

}  // namespace patchbay
