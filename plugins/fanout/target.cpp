#include "target.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/src.hpp>  // Boost.URL's definitions, so that the plugin needs its headers only
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <stdexcept>

namespace fanout {
namespace {

namespace urls = boost::urls;

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

bool bad_port(const urls::authority_view& authority) {
    return authority.has_port() && !authority.port().empty() && authority.port_number() == 0;
}

}  // namespace

Target Target::parse(std::string_view text) {
    const auto parsed = urls::parse_uri({text.data(), text.size()});
    if (!parsed) throw std::invalid_argument{"it is no complete URL"};
    const urls::url_view& url = *parsed;
    if (url.scheme_id() != urls::scheme::http) throw std::invalid_argument{"only http:// URLs are called"};
    if (url.has_userinfo()) throw std::invalid_argument{"it has a user name or password"};
    if (url.host().empty()) throw std::invalid_argument{"it has no host"};
    if (bad_port(url.authority())) throw std::invalid_argument{"its port must be from 1 to 65535"};

    Target target;
    target.url = text;
    target.host = lower_case(url.host_address());
    if (url.has_port() && !url.port().empty()) target.port = url.port_number();
    target.authority = url.encoded_host_and_port();
    target.path = url.encoded_target();
    if (!target.path.starts_with('/')) target.path.insert(0, 1, '/');
    return target;
}

AllowList::AllowList(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        const auto parsed = urls::parse_authority(entry);
        if (!parsed || parsed->has_userinfo() || parsed->host().empty() || bad_port(*parsed)) {
            throw std::invalid_argument{"'" + entry + "' is no host and no host:port"};
        }
        const auto [host, added] = hosts_.try_emplace(lower_case(parsed->host_address()));
        auto& ports = host->second.ports;
        const bool any_port = !parsed->has_port() || parsed->port().empty();
        if (any_port) {
            ports.clear();
        } else if (added || !ports.empty()) {  // an entry without a port has said more
            ports.push_back(parsed->port_number());
        }
    }
}

void AllowList::resolve() {
    asio::io_context blocking;
    asio::ip::tcp::resolver resolver{blocking};
    for (auto& [name, host] : hosts_) {
        boost::system::error_code error;
        const auto found = resolver.resolve(name, "", error);
        if (error) throw std::runtime_error{"host '" + name + "' cannot be resolved: " + error.message()};
        host.addresses.clear();
        for (const auto& entry : found) host.addresses.push_back(entry.endpoint().address());
    }
}

Endpoints AllowList::endpoints(const Target& target) const {
    Endpoints endpoints;
    const auto host = hosts_.find(target.host);
    if (host == hosts_.end()) return endpoints;
    const auto& ports = host->second.ports;
    if (!ports.empty() && std::find(ports.begin(), ports.end(), target.port) == ports.end()) return endpoints;
    for (const asio::ip::address& address : host->second.addresses)
        endpoints.emplace_back(address, target.port);
    return endpoints;
}

}  // namespace fanout
