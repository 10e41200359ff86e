#include "http/access_reporter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay {

using Clock = std::chrono::steady_clock;
using http::field;
using http::verb;

namespace {

constexpr std::size_t constant_parts = 2048;  // all names, numbers, addresses and the times of a line
constexpr std::size_t shown_beginning = 256;  // of a request whose head could not be read

std::string_view header_of(const detail::RequestData& data, field name) noexcept {
    for (const HeaderField& line : data.headers)
        if (line.id == name) return line.value;
    return {};
}

std::string_view beginning_of(const AccessRequest& request) noexcept {
    const std::string_view line = request.beginning.substr(0, request.beginning.find('\n'));
    return line.substr(0, std::min(shown_beginning, line.find('\r')));
}

// Room for the line, whatever must be escaped in it.
std::size_t most_bytes(const AccessRequest& request) noexcept {
    std::size_t inputs = shown_beginning;
    if (request.data) {
        inputs += request.data->method_name.size() + request.data->target.size();
        for (const HeaderField& line : request.data->headers)
            if (line.id == field::host || line.id == field::user_agent) inputs += line.value.size();
    }
    if (const EndpointLabel* label = request.endpoint)
        inputs += label->route.size() + label->plugin.size() + label->handler.size();
    return constant_parts + inputs * most_json_escape;
}

struct TargetParts {
    std::string_view path;
    std::string_view query;
};

// As they were sent, in whichever form (RFC 9112 §3.2).
TargetParts parts_of(std::string_view target) noexcept {
    const std::size_t mark = std::min(target.find('?'), target.size());
    std::string_view path = target.substr(0, mark);
    if (const std::size_t scheme = path.find("://"); !path.starts_with('/') && scheme != path.npos) {
        const std::size_t begin = path.find('/', scheme + 3);
        path = begin == path.npos ? "/" : path.substr(begin);
    }
    return {path, target.substr(std::min(mark + 1, target.size()))};
}

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

// What the conventions name as secrets that stand in queries.
bool is_secret(std::string_view key) noexcept {
    constexpr std::array<std::string_view, 4> secrets{"AWSAccessKeyId", "Signature", "sig",
                                                      "X-Goog-Signature"};
    return std::find(secrets.begin(), secrets.end(), key) != secrets.end();
}

}  // namespace

void AccessReporter::report(const AccessRequest& request, Clock::time_point began,
                            const AccessOutcome& outcome) {
    line_.start(most_bytes(request));
    timestamp();
    if (json_) {
        json_request(request);
        json_outcome(outcome, began);
    } else {
        text_request(request);
        text_outcome(outcome, began);
        text_trailer(request);
    }
    end_line();
}

std::unique_ptr<AccessRecord> AccessReporter::begin(const AccessRequest& request, Clock::time_point began,
                                                    unsigned status) {
    auto record = std::make_unique<AccessRecord>();
    record->json = json_;
    record->began = began;
    record->status = status;
    line_.start(most_bytes(request));
    json_ ? json_request(request) : text_request(request);
    record->before = line_.line();
    if (json_) return record;
    line_.start(most_bytes(request));
    text_trailer(request);
    record->after = line_.line();
    return record;
}

void AccessReporter::end(const AccessRecord& record, const AccessOutcome& outcome) {
    const bool json = std::exchange(json_, record.json);
    line_.start(constant_parts + record.before.size() + record.after.size());
    timestamp();
    line_.text(record.before);
    json_ ? json_outcome(outcome, record.began) : text_outcome(outcome, record.began);
    line_.text(record.after);
    end_line();
    json_ = json;
}

void AccessReporter::end_line() {
    line_.text("\n");
    log_->write(line_.line());
}

// Of the moment the line is written; milliseconds from the clock that costs least.
void AccessReporter::timestamp() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != second_) {
        second_ = now.tv_sec;
        tm utc{};
        gmtime_r(&now.tv_sec, &utc);
        std::strftime(second_text_, sizeof second_text_, "%Y-%m-%dT%H:%M:%S.", &utc);
    }
    if (json_) line_.text("{\"timestamp\":\"");
    line_.text({second_text_, 20});
    line_.digits(static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000, 3);
    line_.text("Z");
}

void AccessReporter::client(const boost::asio::ip::address& address) {
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (i > 0) line_.text(".");
            line_.number(bytes[i]);
        }
        return;
    }
    line_.text(address.to_string());
}

void AccessReporter::duration(Clock::time_point began) {
    const auto passed =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - std::max(began, since_));
    const auto micros = static_cast<std::uint64_t>(passed.count());
    line_.number(micros / 1'000'000);
    line_.text(".");
    line_.digits(micros % 1'000'000, 6);
}

void AccessReporter::query(std::string_view query) {
    const auto escaped = [this](std::string_view value) { json_ ? line_.json(value) : line_.escaped(value); };
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        const std::size_t equals = pair.find('=');
        if (equals != pair.npos && is_secret(pair.substr(0, equals)) && pair.size() - equals > 1) {
            escaped(pair.substr(0, equals + 1));
            line_.text("REDACTED");
        } else {
            escaped(pair);
        }
        query.remove_prefix(pair.size());
        if (query.empty()) return;
        line_.text("&");
        query.remove_prefix(1);
    }
}

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

void AccessReporter::text_request(const AccessRequest& request) {
    line_.text(" ");
    client(request.client);
    line_.text(" \"");
    if (const detail::RequestData* data = request.data) {
        const TargetParts target = parts_of(data->target);
        line_.escaped(data->method_name);
        line_.text(" ");
        line_.escaped(target.path);
        if (!target.query.empty()) {
            line_.text("?");
            query(target.query);
        }
        line_.text(data->version < 11 ? " HTTP/1.0" : " HTTP/1.1");
    } else {
        line_.escaped(beginning_of(request));
    }
    line_.text("\"");
}

void AccessReporter::text_outcome(const AccessOutcome& outcome, Clock::time_point began) {
    line_.text(" ");
    if (outcome.status != 0) {
        line_.number(outcome.status);
        line_.text(" ");
        line_.number(outcome.bytes);
    } else {
        line_.text("- 0");
    }
    line_.text("B ");
    duration(began);
    line_.text("s");
    if (outcome.cut) line_.text(" cut");
    if (!outcome.error.empty()) {
        line_.text(" ");
        line_.text(outcome.error);
    }
}

void AccessReporter::text_trailer(const AccessRequest& request) {
    line_.text(" ");
    if (const EndpointLabel* label = request.endpoint) {
        line_.escaped(label->plugin);
        line_.text(".");
        line_.escaped(label->handler);
    } else {
        line_.text("-");
    }
    line_.text(" \"");
    if (request.data) line_.escaped(header_of(*request.data, field::user_agent));
    line_.text("\"");
}

}  // namespace patchbay
