#include "forwarded.hpp"

#include "field_syntax.hpp"
#include "header_rules.hpp"

#include <algorithm>
#include <vector>

namespace patchbay::detail {
namespace {

using asio::ip::address;

// What one proxy says about whom it serves.
struct Hop {
    std::string_view node;
    std::string_view scheme;
    std::string_view host;
};

// What stands in the quotes, or the text as it is; nothing when a quote stands where none may. A client that
// leaves one open could otherwise swallow what the next proxy adds.
std::optional<std::string_view> value_of(std::string_view text) noexcept {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    if (quoted) text = text.substr(1, text.size() - 2);
    // No address, scheme or host needs an escape (RFC 9110 §5.6.4).
    return text.find_first_of("\"\\") == text.npos ? std::optional{text} : std::nullopt;
}

// 1.2.3.4, 1.2.3.4:80, [::1], [::1]:80 or ::1; nothing for "unknown", "_hidden" (RFC 7239 §6) and nonsense.
std::optional<address> address_of(std::string_view node) {
    if (node.starts_with('[')) {
        const std::size_t end = node.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        node = node.substr(1, end - 1);
    } else if (std::ranges::count(node, ':') == 1) {
        node = node.substr(0, node.find(':'));
    }
    if (node.empty() || node.find('%') != std::string_view::npos) return std::nullopt;
    boost::system::error_code error;
    const address parsed = asio::ip::make_address(node, error);
    if (error || parsed.is_unspecified()) return std::nullopt;
    return unmapped(parsed);
}

std::string_view scheme_of(std::string_view text) noexcept {
    if (equal_ignoring_case(text, "https")) return "https";
    return equal_ignoring_case(text, "http") ? "http" : "";
}

// A host that can be put into a URL as it is.
std::string_view host_of(std::string_view text) noexcept {
    static constexpr std::string_view others = "-._:[]";
    const bool sound = text.size() <= 255 && std::ranges::all_of(text, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
                       });
    return sound ? text : std::string_view{};
}

// One forwarded-element (RFC 7239 §4), in which no parameter may stand twice. False when it is none.
bool read_element(std::string_view element, Hop& hop) {
    while (!element.empty()) {
        const std::string_view pair = cut_part(element, ';');
        const std::size_t equals = pair.find('=');
        if (equals == pair.npos) return false;
        const std::string_view name = pair.substr(0, equals);
        const auto value = value_of(pair.substr(equals + 1));
        if (!is_token(name) || !value) return false;
        const auto take = [&](std::string_view wanted, std::string_view& field, std::string_view sound) {
            if (!equal_ignoring_case(name, wanted)) return true;
            if (!field.empty()) return false;
            field = sound;
            return true;
        };
        if (!take("for", hop.node, *value) || !take("proto", hop.scheme, scheme_of(*value)) ||
            !take("host", hop.host, host_of(*value))) {
            return false;
        }
    }
    return true;
}

// Without quotes: X-Forwarded-* has none.
std::string_view cut_item(std::string_view& rest) noexcept {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    return item;
}

class Headers {
public:
    explicit Headers(const RequestData& request) : request_{request} {}

    std::optional<ForwardedFacts> forwarded() const;
    std::optional<ForwardedFacts> x_forwarded() const;

private:
    template <class Line>
    bool each_line(std::string_view name, Line line) const;
    template <class Item>
    bool each_item(std::string_view name, Item item) const;
    ForwardedFacts believed(const std::vector<Hop>& hops) const;

    const RequestData& request_;
};

// False when there is no such header. The lines of a list follow each other (RFC 9110 §5.3).
template <class Line>
bool Headers::each_line(std::string_view name, Line line) const {
    bool found = false;
    for (const HeaderField& field : request_.headers) {
        if (!equal_ignoring_case(field.name, name)) continue;
        found = true;
        line(field.value);
    }
    return found;
}

template <class Item>
bool Headers::each_item(std::string_view name, Item item) const {
    return each_line(name, [&](std::string_view rest) {
        while (!rest.empty())
            if (const std::string_view text = cut_item(rest); !text.empty()) item(text);
    });
}

// Each proxy adds what it knows at the right end, so only the last entry is by the peer itself.
ForwardedFacts Headers::believed(const std::vector<Hop>& hops) const {
    ForwardedFacts facts;
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        if (!hop->scheme.empty()) facts.scheme = hop->scheme;
        if (!hop->host.empty()) facts.host = hop->host;
        facts.client = address_of(hop->node);
        if (!facts.client || !request_.trusted_proxies->trusts(*facts.client)) break;
    }
    return facts;
}

std::optional<ForwardedFacts> Headers::forwarded() const {
    std::vector<Hop> hops;
    bool sound = true;
    const bool found = each_line("Forwarded", [&](std::string_view rest) {
        while (!rest.empty()) {
            const std::string_view element = cut_part(rest, ',');
            if (!element.empty()) sound = read_element(element, hops.emplace_back()) && sound;
        }
    });
    if (!found) return std::nullopt;
    return sound ? believed(hops) : ForwardedFacts{};
}

// Only the nearest proxy's scheme and host are taken: nothing says which of several values is whose.
std::optional<ForwardedFacts> Headers::x_forwarded() const {
    std::vector<Hop> hops;
    bool found = each_item("X-Forwarded-For", [&](std::string_view node) { hops.push_back({node, {}, {}}); });
    ForwardedFacts facts = believed(hops);
    found |= each_item("X-Forwarded-Proto", [&](std::string_view text) { facts.scheme = scheme_of(text); });
    found |= each_item("X-Forwarded-Host", [&](std::string_view text) { facts.host = host_of(text); });
    return found ? std::optional{facts} : std::nullopt;
}

}  // namespace

ForwardedFacts forwarded_facts(const RequestData& request) {
    const address peer = unmapped(request.peer.address());
    ForwardedFacts nothing_said;
    if (!peer.is_unspecified()) nothing_said.client = peer;
    if (!request.trusted_proxies || !request.trusted_proxies->trusts(peer)) return nothing_said;
    const Headers headers{request};
    const auto standard = headers.forwarded();
    const auto customary = headers.x_forwarded();
    if (!standard) return customary.value_or(nothing_said);
    if (!customary) return *standard;
    // A proxy that sets one kind may pass on the other as its client wrote it.
    ForwardedFacts agreed;
    if (standard->client == customary->client) agreed.client = standard->client;
    if (standard->scheme == customary->scheme) agreed.scheme = standard->scheme;
    if (standard->host == customary->host) agreed.host = standard->host;
    return agreed;
}

}  // namespace patchbay::detail
