// A line of the access log as text for people.
#include "http/access_reporter.hpp"

namespace patchbay {

using Clock = std::chrono::steady_clock;
using http::field;

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
