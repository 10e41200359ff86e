#include "config/addresses.hpp"

#include "config/source_text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>
#include <netinet/in.h>
#include <utility>

namespace patchbay::detail {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view inherited = "systemd";

bool is_host_letter(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '.' ||
           letter == '_';
}

// No name of a host ends in a number (RFC 1123 §2.1), so that what does must be an IPv4 address.
bool is_name_or_ipv4(const std::string& host) {
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_letter)) return false;
    const auto last_label = host.substr(host.rfind('.') == std::string::npos ? 0 : host.rfind('.') + 1);
    const auto is_digit = [](unsigned char letter) { return std::isdigit(letter) != 0; };
    in_addr address{};
    return !std::all_of(last_label.begin(), last_label.end(), is_digit) ||
           inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = result.ec == std::errc{} && result.ptr == text.data() + text.size();
    if (!is_whole) return std::nullopt;
    return number;
}

Parsed<ListenAddress> parse_tcp_address(ScalarText scalar) {
    const auto text = scalar.text;
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        const auto suggestion =
            parse_number<std::uint16_t>(text) ? "127.0.0.1:" + std::string{text} : std::string{};
        return Complaint{"expected " + expectation(ValueKind::address) + found(scalar), suggestion};
    }
    std::string host{text.substr(0, colon)};
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto port_text = std::string{text.substr(colon + 1)};
    const auto port = parse_number<std::uint16_t>(port_text);
    if (!port) return Complaint{"expected a port from 0 to 65535 after the last ':'" + found(scalar), {}};
    if (bracketed && !is_ipv6(host))
        return Complaint{"expected an IPv6 address in the brackets" + found(scalar), {}};
    if (bracketed) return ListenAddress{TcpAddress{host, *port}};
    if (host.empty() || host == "*")
        return Complaint{"a host is needed before the last ':'" + found(scalar), "0.0.0.0:" + port_text};
    if (is_ipv6(host))
        return Complaint{"an IPv6 address needs brackets" + found(scalar), '[' + host + "]:" + port_text};
    if (!is_name_or_ipv4(host))
        return Complaint{'\'' + abbreviate(host) + "' is neither an address nor a host name", {}};
    return ListenAddress{TcpAddress{host, *port}};
}

Parsed<ListenAddress> parse_unix_address(ScalarText scalar) {
    const auto path = scalar.text.substr(unix_prefix.size());
    if (path.empty()) return Complaint{"a path is needed after 'unix:'" + found(scalar), {}};
    if (path.find('\0') != path.npos) return Complaint{"a path holds no NUL" + found(scalar), {}};
    return ListenAddress{UnixAddress{path}};
}

// As systemd.socket(5) has it for FileDescriptorName.
Parsed<ListenAddress> parse_inherited_address(ScalarText scalar) {
    if (scalar.text == inherited) return ListenAddress{InheritedAddress{}};
    const std::string name{scalar.text.substr(inherited.size() + 1)};
    const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char letter) {
        return letter > ' ' && letter < 127 && letter != ':';
    });
    if (!is_name) return Complaint{"a socket's name is needed after 'systemd:'" + found(scalar), {}};
    return ListenAddress{InheritedAddress{name}};
}

struct NetworkAddress {
    std::array<unsigned char, 16> bytes{};
    unsigned bits = 0;  // 32 or 128
};

std::optional<NetworkAddress> parse_network_address(const std::string& text) {
    NetworkAddress address;
    if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) address.bits = 32;
    if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) address.bits = 128;
    return address.bits == 0 ? std::nullopt : std::optional{address};
}

std::string to_text(const NetworkAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.bits == 32 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
    return text.data();
}

// Of an environment variable or an option: what stands between commas, without the blanks around it.
std::vector<std::string_view> list_items(std::string_view text) {
    std::vector<std::string_view> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        auto item = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        items.push_back(item);
    }
    return items;
}

NetworkAddress masked(NetworkAddress address, unsigned bits) {
    for (unsigned bit = bits; bit < address.bits; ++bit)
        address.bytes[bit / 8] &= static_cast<unsigned char>(~(0x80u >> (bit % 8)));
    return address;
}

}  // namespace

Parsed<ListenAddress> parse_address(ScalarText scalar) {
    if (scalar.text.starts_with(unix_prefix)) return parse_unix_address(scalar);
    if (scalar.text == inherited ||
        (scalar.text.starts_with(inherited) && scalar.text.substr(inherited.size()).starts_with(':') &&
         !parse_number<std::uint16_t>(scalar.text.substr(inherited.size() + 1)))) {
        return parse_inherited_address(scalar);
    }
    return parse_tcp_address(scalar);
}

Parsed<std::vector<ListenerConfig>> parse_addresses(ScalarText scalar) {
    auto items = list_items(scalar.text);
    if (items.empty()) items.emplace_back();
    std::vector<ListenerConfig> listeners;
    for (const auto item : items) {
        auto parsed = parse_address({item, scalar.quoted});
        if (auto* const complaint = std::get_if<Complaint>(&parsed)) return std::move(*complaint);
        ListenerConfig listener;
        listener.address = std::get<ListenAddress>(std::move(parsed));
        if (is_listed(listener.address, listeners))
            return Complaint{'\'' + to_string(listener.address) + "' is listed twice", {}};
        listeners.push_back(std::move(listener));
    }
    return listeners;
}

bool is_listed(const ListenAddress& address, const std::vector<ListenerConfig>& listeners) {
    // Port 0 is another port each time.
    const auto* const tcp = std::get_if<TcpAddress>(&address);
    if (tcp && tcp->port == 0) return false;
    return std::any_of(listeners.begin(), listeners.end(),
                       [&](const ListenerConfig& other) { return other.address == address; });
}

Parsed<ProxyRange> parse_proxy(ScalarText scalar) {
    const auto text = scalar.text;
    if (text == "unix") return ProxyRange{"unix", 0};
    const auto slash = std::min(text.find('/'), text.size());
    const auto address = parse_network_address(std::string{text.substr(0, slash)});
    if (!address) return Complaint{"expected " + expectation(ValueKind::proxies) + found(scalar), {}};
    if (slash == text.size()) return ProxyRange{to_text(*address), address->bits};
    const auto bits = parse_number<unsigned>(text.substr(slash + 1));
    if (!bits || *bits > address->bits) {
        return Complaint{"expected a number of bits from 0 to " + std::to_string(address->bits) +
                             " after '/'" + found(scalar),
                         {}};
    }
    const auto network = to_text(masked(*address, *bits));
    if (network != to_text(*address)) {
        return Complaint{"the address has bits set behind the first " + std::to_string(*bits) + found(scalar),
                         network + '/' + std::to_string(*bits)};
    }
    return ProxyRange{network, *bits};
}

Parsed<std::vector<ProxyRange>> parse_proxies(ScalarText scalar) {
    std::vector<ProxyRange> proxies;
    for (const auto item : list_items(scalar.text)) {
        auto parsed = parse_proxy({item, scalar.quoted});
        if (auto* const complaint = std::get_if<Complaint>(&parsed)) return std::move(*complaint);
        proxies.push_back(std::get<ProxyRange>(std::move(parsed)));
    }
    return proxies;
}

}  // namespace patchbay::detail
