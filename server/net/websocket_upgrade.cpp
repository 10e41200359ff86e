#include "net/websocket_upgrade.hpp"

#include "http/field_syntax.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <string_view>

namespace patchbay {

using http::status;

namespace {

// host[:port] without the port that goes without saying.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
    const std::string_view port = equal_ignoring_case(scheme, "https") ? ":443" : ":80";
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority;
}

// A page that came over HTTP is foreign to a host that is asked over HTTPS; the other way round the host does
// not know who deciphers for it.
bool is_same_origin(std::string_view origin, const Request& request) {
    const std::size_t end = origin.find("://");
    const std::string_view host = request.host();
    if (end == std::string_view::npos || host.empty()) return false;
    const std::string_view scheme = origin.substr(0, end);
    const bool is_plain = equal_ignoring_case(scheme, "http");
    if (!equal_ignoring_case(scheme, "https") && (!is_plain || request.scheme() == "https")) return false;
    return equal_ignoring_case(without_default_port(origin.substr(end + 3), scheme),
                               without_default_port(host, scheme));
}

// Whoever sends none is no browser. Two of them are none's either, and whom they mean nobody knows.
bool is_welcome_origin(const Request& request, const WebSocketOptions& options) {
    const auto is_origin = [](const HeaderField& field) { return field.id == http::field::origin; };
    const auto count = std::ranges::count_if(request.headers(), is_origin);
    if (count == 0) return true;
    if (count > 1) return false;
    const std::string_view origin = *request.header(http::field::origin);
    if (is_same_origin(origin, request)) return true;
    return std::ranges::any_of(options.origins, [origin](std::string_view allowed) {
        return allowed == "*" || equal_ignoring_case(allowed, origin);
    });
}

}  // namespace

websocket::Handshake websocket_handshake(const Request& request, const WebSocketOptions& options) {
    websocket::HandshakeOptions offered{.subprotocols = options.subprotocols, .deflate = {}};
    if (options.compression) offered.deflate.emplace();
    return websocket::judge_handshake(request, offered);
}

std::optional<Response> websocket_refusal(const Request& request, const WebSocketOptions& options,
                                          const websocket::Handshake& handshake) {
    if (handshake.fault != websocket::HandshakeFault::none) {
        const websocket::HandshakeRule& rule = websocket::handshake_rule(handshake.fault);
        Response refusal = problem(rule.status, rule.detail);
        if (rule.status == status::upgrade_required) refusal.header("Upgrade", "websocket");
        if (rule.status == status::upgrade_required ||
            rule.fault == websocket::HandshakeFault::several_versions)
            refusal.header("Sec-WebSocket-Version", "13");
        if (rule.status == status::method_not_allowed) refusal.header("Allow", "GET");
        return refusal;
    }
    if (!is_welcome_origin(request, options))
        return problem(status::forbidden, "Pages of this origin may not connect.");
    return std::nullopt;
}

std::string handshake_lines(const websocket::Handshake& handshake) {
    std::string lines = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ";
    lines.append(handshake.accept_key).append("\r\n");
    if (!handshake.subprotocol.empty())
        lines.append("Sec-WebSocket-Protocol: ").append(handshake.subprotocol).append("\r\n");
    if (handshake.deflate)
        lines.append("Sec-WebSocket-Extensions: ").append(handshake.deflate->extension).append("\r\n");
    return lines;
}

void append_upgrade(std::string& out, const Response& response, std::string_view handshake, DateCache& date) {
    out.append("HTTP/1.1 101 Switching Protocols\r\nServer: patchbay\r\nDate: ").append(date.now());
    out.append("\r\n").append(handshake).append(response.header_lines()).append("\r\n");
}

}  // namespace patchbay
