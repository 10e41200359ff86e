// A line of the access log as JSON, with the names of OpenTelemetry's semantic conventions.
#include "http/access_reporter.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace patchbay {

using Clock = std::chrono::steady_clock;
using http::field;
using http::verb;

namespace {

struct HostParts {
    std::string_view name;
    std::string_view port;
};

// The parser has made sure of the form.
HostParts parts_of_host(std::string_view host) noexcept {
    const std::size_t colon = host.rfind(':');
    if (colon == host.npos || host.find(']', colon) != host.npos) return {host, {}};
    return {host.substr(0, colon), host.substr(colon + 1)};
}

// Those of RFC 9110, and PATCH; a name for any other method is "_OTHER".
bool is_known(verb method) noexcept {
    constexpr std::array known{verb::get,     verb::head,  verb::post,    verb::put,  verb::delete_,
                               verb::connect, verb::trace, verb::options, verb::patch};
    return std::find(known.begin(), known.end(), method) != known.end();
}

}  // namespace

void AccessReporter::json_request(const AccessRequest& request) {
    line_.text("\",\"client.address\":\"");
    client(request.client);
    if (request.data) {
        json_fields(request);
    } else {
        line_.text(
            "\",\"http.request.method\":\"_OTHER\",\"url.scheme\":\"http\",\"patchbay.request.beginning\":"
            "\"");
        line_.json(beginning_of(request));
        line_.text("\"");
    }
    if (const EndpointLabel* label = request.endpoint) {
        line_.text(",\"http.route\":\"");
        line_.json(label->route);
        line_.text("\",\"patchbay.plugin\":\"");
        line_.json(label->plugin);
        line_.text("\",\"patchbay.handler\":\"");
        line_.json(label->handler);
        line_.text("\"");
    }
    if (request.data && request.has_id) {
        line_.text(",\"patchbay.request.id\":\"");
        line_.hexadecimal(request.data->id);
        line_.text("\"");
    }
}

void AccessReporter::json_fields(const AccessRequest& request) {
    const detail::RequestData& data = *request.data;
    if (is_known(data.method)) {
        line_.text("\",\"http.request.method\":\"");
    } else {
        line_.text("\",\"http.request.method\":\"_OTHER\",\"http.request.method_original\":\"");
    }
    line_.json(data.method_name);
    line_.text(request.https ? "\",\"url.scheme\":\"https\",\"url.path\":\""
                             : "\",\"url.scheme\":\"http\",\"url.path\":\"");
    const TargetParts target = parts_of(data.target);
    line_.json(target.path);
    if (!target.query.empty()) {
        line_.text("\",\"url.query\":\"");
        query(target.query);
    }
    line_.text(data.version < 11 ? "\",\"network.protocol.version\":\"1.0\""
                                 : "\",\"network.protocol.version\":\"1.1\"");
    const HostParts host = parts_of_host(header_of(data, field::host));
    if (!host.name.empty()) {
        line_.text(",\"server.address\":\"");
        line_.json(host.name);
        line_.text("\"");
    }
    std::uint16_t port = 0;
    if (std::from_chars(host.port.data(), host.port.data() + host.port.size(), port).ec == std::errc{}) {
        line_.text(",\"server.port\":");
        line_.number(port);
    }
    if (const std::string_view agent = header_of(data, field::user_agent); !agent.empty()) {
        line_.text(",\"user_agent.original\":\"");
        line_.json(agent);
        line_.text("\"");
    }
    line_.text(",\"http.request.body.size\":");
    line_.number(request.body_bytes);
}

void AccessReporter::json_outcome(const AccessOutcome& outcome, Clock::time_point began) {
    if (outcome.status != 0) {
        line_.text(",\"http.response.status_code\":");
        line_.number(outcome.status);
        line_.text(",\"http.response.body.size\":");
        line_.number(outcome.bytes);
    }
    line_.text(",\"http.server.request.duration\":");
    duration(began);
    if (!outcome.error.empty()) {
        line_.text(",\"error.type\":\"");
        line_.text(outcome.error);
        line_.text("\"");
    } else if (outcome.status >= 500) {
        line_.text(",\"error.type\":\"");
        line_.number(outcome.status);
        line_.text("\"");
    }
    if (outcome.cut) line_.text(",\"patchbay.response.cut\":true");
    line_.text("}");
}

}  // namespace patchbay
