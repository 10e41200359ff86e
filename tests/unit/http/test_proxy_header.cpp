// The header of the PROXY protocol, at every length that it can arrive in.
#include "http/proxy_header.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace patchbay;

namespace {

/// "peer" (stays), "source address port", "need more" or "malformed".
std::string outcome(const std::string& bytes) {
    const ProxyHeader header = parse_proxy_header(bytes);
    if (header.step == ProxyHeader::Step::need_more) return "need more";
    if (header.step == ProxyHeader::Step::malformed) return "malformed";
    if (!header.names_source) return "peer";
    return header.source.address().to_string() + " " + std::to_string(header.source.port());
}

/// Every shorter piece of it needs more, and what follows is not its own.
std::string outcome_in_pieces(const std::string& bytes) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        INFO(size);
        CHECK(outcome(bytes.substr(0, size)) == "need more");
    }
    CHECK(parse_proxy_header(bytes + "GET / HTTP/1.1\r\n").size == bytes.size());
    return outcome(bytes);
}

std::string v2(char command, char family, const std::string& block) {
    const auto size = static_cast<unsigned>(block.size());
    return std::string{"\r\n\r\n\0\r\nQUIT\n", 12} + command + family + static_cast<char>(size >> 8) +
           static_cast<char>(size & 0xff) + block;
}

const std::string ipv4{"\xc0\x00\x02\x01\xc6\x33\x64\x01\x12\x67\x01\xbb", 12};
const std::string ipv6 = std::string{"\x20\x01\x0d\xb8", 4} + std::string(11, '\0') + '\x01' +
                         std::string(16, '\x02') + std::string{"\x12\x67\x01\xbb", 4};

}  // namespace

TEST_CASE("version 1 names the source of TCP4 and TCP6", "[proxy]") {
    CHECK(outcome_in_pieces("PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n") == "192.0.2.1 4711");
    CHECK(outcome_in_pieces("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n") == "2001:db8::1 65535");
}

TEST_CASE("version 1 with UNKNOWN leaves the peer as it is", "[proxy]") {
    CHECK(outcome_in_pieces("PROXY UNKNOWN\r\n") == "peer");
    CHECK(outcome_in_pieces("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n") == "peer");
    CHECK(outcome("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "peer");
    CHECK(outcome("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == "malformed");
    CHECK(outcome("PROXY UNKNOWN " + std::string(92, 'x')) == "need more");
    CHECK(outcome("PROXY UNKNOWN " + std::string(93, 'x')) == "malformed");
}

TEST_CASE("version 1 is taken to the letter", "[proxy]") {
    for (const char* line : {
             "PROXY TCP4 192.0.2.1 198.51.100.1 4711\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443 \r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443 1\r\n",
             "PROXY TCP4  192.0.2.1 198.51.100.1 4711 443\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 04711 443\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 4711 65536\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 +1 443\r\n",
             "PROXY TCP4 192.0.2.256 198.51.100.1 4711 443\r\n",
             "PROXY TCP4 2001:db8::1 ::1 4711 443\r\n",
             "PROXY TCP6 192.0.2.1 198.51.100.1 4711 443\r\n",
             "PROXY TCP6 fe80::1%lo ::1 4711 443\r\n",
             "PROXY TCP4 0.0.0.0 198.51.100.1 4711 443\r\n",
             "PROXY UDP4 192.0.2.1 198.51.100.1 4711 443\r\n",
             "PROXY tcp4 192.0.2.1 198.51.100.1 4711 443\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\n",
             "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\rX",
             "PROXY UNKNOWN\nx\r\n",
             "PROXY UNKNOWN\nx\r",
             "PROXY UNKNOWNS\r\n",
             "PROXY\r\n",
             "PROXY \r\n",
             "proxy UNKNOWN\r\n",
             "GET / HTTP/1.1\r\n",
             "G",
             "\r\n\r\nG",
         }) {
        INFO(line);
        CHECK(outcome(line) == "malformed");
    }
}

TEST_CASE("version 2 names the source of streams over IPv4, IPv6 and Unix sockets", "[proxy]") {
    CHECK(outcome_in_pieces(v2('\x21', '\x11', ipv4)) == "192.0.2.1 4711");
    CHECK(outcome_in_pieces(v2('\x21', '\x21', ipv6)) == "2001:db8::1 4711");
    CHECK(outcome_in_pieces(v2('\x21', '\x31', std::string(216, 'x'))) == "0.0.0.0 0");
}

TEST_CASE("version 2 with LOCAL or an unspecified family leaves the peer as it is", "[proxy]") {
    CHECK(outcome_in_pieces(v2('\x20', '\0', "")) == "peer");
    CHECK(outcome(v2('\x20', '\x11', ipv4)) == "peer");
    CHECK(outcome(v2('\x20', '\x7f', "what is not looked at")) == "peer");
    CHECK(outcome(v2('\x21', '\0', "abc")) == "peer");
}

TEST_CASE("version 2 skips whole extensions", "[proxy]") {
    CHECK(outcome_in_pieces(v2('\x21', '\x11', ipv4 + std::string{"\x01\x00\x02h2\x04\x00\x00", 8})) ==
          "192.0.2.1 4711");
    CHECK(outcome(v2('\x21', '\x11', ipv4 + std::string{"\x01\x00\x03h2", 5})) == "malformed");
    CHECK(outcome(v2('\x21', '\x11', ipv4 + std::string{"\x01\x00", 2})) == "malformed");
}

TEST_CASE("version 2 refuses what it does not know and what is too short or too long", "[proxy]") {
    CHECK(outcome(v2('\x11', '\x11', ipv4)) == "malformed");
    CHECK(outcome(v2('\x22', '\x11', ipv4)) == "malformed");
    CHECK(outcome(v2('\x21', '\x12', ipv4)) == "malformed");
    CHECK(outcome(v2('\x21', '\x41', ipv4)) == "malformed");
    CHECK(outcome(v2('\x21', '\x11', ipv4.substr(1))) == "malformed");
    CHECK(outcome(v2('\x21', '\x21', ipv4)) == "malformed");
    CHECK(outcome(v2('\x21', '\x31', std::string(215, 'x'))) == "malformed");
    CHECK(outcome(v2('\x21', '\x11', std::string(12, '\0'))) == "malformed");
    CHECK(outcome(v2('\x20', '\0', std::string(most_proxy_header - 16, 'x'))) == "peer");
    CHECK(outcome(v2('\x20', '\0', std::string(most_proxy_header - 15, 'x'))) == "malformed");
    // Refused as soon as it can be.
    CHECK(outcome(v2('\x31', '\x11', ipv4).substr(0, 13)) == "malformed");
    CHECK(outcome(v2('\x21', '\x11', std::string(65535, 'x')).substr(0, 16)) == "malformed");
}

TEST_CASE("random changes never make it read beyond its bytes", "[proxy]") {
    std::mt19937 random{1};
    const std::string samples[] = {"PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n", v2('\x21', '\x11', ipv4),
                                   v2('\x21', '\x21', ipv6)};
    for (int i = 0; i < 30'000; ++i) {
        std::string bytes = samples[random() % 3];
        bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        bytes.shrink_to_fit();
        const ProxyHeader header = parse_proxy_header(bytes);
        if (header.step == ProxyHeader::Step::complete) REQUIRE(header.size <= bytes.size());
    }
}
