#include "http/proxy_header.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace patchbay {
namespace {

using boost::asio::ip::tcp;
using Step = ProxyHeader::Step;
namespace ip = boost::asio::ip;

constexpr std::string_view v1_start = "PROXY ";
constexpr std::string_view v2_start{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v1_longest = 107;  // §2.1, with CRLF
constexpr std::size_t v2_fixed = 16;

ProxyHeader malformed() { return {}; }
ProxyHeader need_more() { return {.step = Step::need_more, .size = 0, .names_source = false, .source = {}}; }
ProxyHeader complete(std::size_t size) {
    return {.step = Step::complete, .size = size, .names_source = false, .source = {}};
}
ProxyHeader complete(std::size_t size, const tcp::endpoint& source) {
    return {.step = Step::complete, .size = size, .names_source = true, .source = source};
}

bool begins_like(std::string_view bytes, std::string_view start) noexcept {
    const std::size_t common = std::min(bytes.size(), start.size());
    return bytes.substr(0, common) == start.substr(0, common);
}

// §2.1: digits without leading zeros.
std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    return port;
}

std::optional<ip::address> parse_address(std::string_view text, bool v6) {
    boost::system::error_code error;
    if (text.find('%') != text.npos) return std::nullopt;
    ip::address address = ip::make_address(text, error);
    if (error || address.is_v6() != v6) return std::nullopt;
    return address;
}

// "TCP4 192.0.2.1 198.51.100.1 4711 443", with exactly one space between.
ProxyHeader parse_v1_line(std::string_view line, std::size_t size) {
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return complete(size);
    std::array<std::string_view, 5> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t space = line.find(' ');
        if ((space == line.npos) != (i + 1 == words.size())) return malformed();
        words[i] = line.substr(0, space);
        line.remove_prefix(std::min(line.size(), words[i].size() + 1));
    }
    const bool v6 = words[0] == "TCP6";
    if (!v6 && words[0] != "TCP4") return malformed();
    const auto source = parse_address(words[1], v6);
    const auto destination = parse_address(words[2], v6);
    const auto source_port = parse_port(words[3]);
    // An unspecified address would pass for a Unix socket's.
    if (!source || !destination || !source_port || !parse_port(words[4]) || source->is_unspecified())
        return malformed();
    return complete(size, {*source, *source_port});
}

ProxyHeader parse_v1(std::string_view bytes) {
    bytes = bytes.substr(0, v1_longest);
    const std::size_t end = bytes.find('\r');
    if (bytes.substr(0, end).find('\n') != bytes.npos) return malformed();
    if (end == bytes.npos) return bytes.size() == v1_longest ? malformed() : need_more();
    if (end + 1 == bytes.size()) return bytes.size() == v1_longest ? malformed() : need_more();
    const std::string_view line = bytes.substr(0, end);
    if (bytes[end + 1] != '\n' || line.size() < v1_start.size()) return malformed();
    return parse_v1_line(line.substr(v1_start.size()), end + 2);
}

unsigned byte_at(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
}

unsigned number_at(std::string_view bytes, std::size_t at) noexcept {
    return byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
}

template <class Address>
Address address_at(std::string_view block) {
    typename Address::bytes_type raw;
    std::copy_n(block.begin(), raw.size(), raw.begin());
    return Address{raw};
}

// §2.2: each extension is a type, a length of two bytes, and so many bytes.
bool sound_extensions(std::string_view rest) noexcept {
    while (!rest.empty()) {
        if (rest.size() < 3 || rest.size() - 3 < number_at(rest, 1)) return false;
        rest.remove_prefix(3 + number_at(rest, 1));
    }
    return true;
}

// What follows the fixed part. Only streams come over a stream.
ProxyHeader parse_v2_addresses(unsigned family, std::string_view block, std::size_t size) {
    const auto extended_after = [&](std::size_t addresses) {
        return block.size() >= addresses && sound_extensions(block.substr(addresses));
    };
    tcp::endpoint source;
    switch (family) {
        case 0x00:
            return complete(size);
        case 0x11:
            if (!extended_after(12)) return malformed();
            source = {address_at<ip::address_v4>(block), static_cast<std::uint16_t>(number_at(block, 8))};
            break;
        case 0x21:
            if (!extended_after(36)) return malformed();
            source = {address_at<ip::address_v6>(block), static_cast<std::uint16_t>(number_at(block, 32))};
            break;
        case 0x31:
            return extended_after(216) ? complete(size, source) : malformed();
        default:
            return malformed();
    }
    return source.address().is_unspecified() ? malformed() : complete(size, source);
}

ProxyHeader parse_v2(std::string_view bytes) {
    const unsigned version_and_command = bytes.size() > 12 ? byte_at(bytes, 12) : 0x20;
    const bool local = version_and_command == 0x20;
    if (!local && version_and_command != 0x21) return malformed();
    if (bytes.size() < v2_fixed) return need_more();
    const std::size_t size = v2_fixed + number_at(bytes, 14);
    if (size > most_proxy_header) return malformed();
    if (bytes.size() < size) return need_more();
    if (local) return complete(size);
    return parse_v2_addresses(byte_at(bytes, 13), bytes.substr(v2_fixed, size - v2_fixed), size);
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
    if (bytes.empty()) return need_more();
    if (begins_like(bytes, v1_start)) return parse_v1(bytes);
    return begins_like(bytes, v2_start) ? parse_v2(bytes) : malformed();
}

}  // namespace patchbay
