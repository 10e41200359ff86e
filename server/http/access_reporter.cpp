#include "http/access_reporter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay {

using Clock = std::chrono::steady_clock;
using http::field;

namespace {

constexpr std::size_t constant_parts = 2048;  // all names, numbers, addresses and the times of a line

// Room for the line, whatever must be escaped in it.
std::size_t most_bytes(const AccessRequest& request) noexcept {
    std::size_t inputs = AccessRequest::shown_beginning;
    if (request.data) {
        inputs += request.data->method_name.size() + request.data->target.size();
        for (const HeaderField& line : request.data->headers)
            if (line.id == field::host || line.id == field::user_agent) inputs += line.value.size();
    }
    if (const EndpointLabel* label = request.endpoint)
        inputs += label->route.size() + label->plugin.size() + label->handler.size();
    return constant_parts + inputs * most_json_escape;
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

}  // namespace patchbay
