// What a connection says in the access log: a line for each request, at the end of its answer.
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <patchbay/request.hpp>

#include <algorithm>
#include <utility>

namespace patchbay {

using http::status;

namespace {

std::uint64_t body_bytes(const Response& response, bool head_only) {
    return head_only || !may_have_body(response.status()) ? 0 : response.body().size();
}

}  // namespace

// Precondition: the handler has been chosen, and its routes are still held.
AccessRequest Connection::access_request() const {
    const Exchange::Choice& choice = exchange_->choice;
    AccessRequest request{.data = &exchange_->request(),
                          .beginning = {},
                          .client = peer_.address(),
                          .endpoint = choice.endpoint ? choice.endpoint->label : nullptr,
                          .has_id = true};
    const IncomingBody* const incoming = exchange_->incoming();
    request.body_bytes = incoming ? incoming->received() : exchange_->request().body.size();
    if (!exchange_->request().trusted_proxies) return request;
    const Request behind_proxies{exchange_->request()};
    if (const auto client = behind_proxies.client_address()) request.client = *client;
    request.https = behind_proxies.scheme() == "https";
    return request;
}

void Connection::report(const Response& response, const ResponseFraming& framing, std::string_view error) {
    server_.access_->report(access_request(), exchange_->began,
                            {.status = static_cast<unsigned>(response.status()),
                             .bytes = body_bytes(response, framing.head_only),
                             .error = error,
                             .cut = false});
}

// What was chosen may be of an earlier request, or of routes that have gone.
void Connection::report_refusal(const Response& response, bool head_only) {
    const bool has_head = exchange_->parser().has_head();
    server_.access_->report({.data = has_head ? &exchange_->request() : nullptr,
                             .beginning = {input_->data(), input_->size()},
                             .client = peer_.address(),
                             .body_bytes = has_head ? exchange_->request().body.size() : 0,
                             .endpoint = nullptr,
                             .has_id = false},
                            exchange_->began,
                            {.status = static_cast<unsigned>(response.status()),
                             .bytes = body_bytes(response, head_only),
                             .error = {},
                             .cut = false});
}

void Connection::report_without_answer() {
    server_.access_->report(access_request(), exchange_->began,
                            {.status = 0, .bytes = 0, .error = "connection_closed", .cut = false});
}

void Connection::report_later(status status) {
    access_record_ =
        server_.access_->begin(access_request(), exchange_->began, static_cast<unsigned>(status));
}

// An error means that the end of the answer is missing.
void Connection::report_end(std::string_view error) {
    const std::unique_ptr<AccessRecord> record = std::move(access_record_);
    if (!server_.access_) return;  // no more
    std::uint64_t bytes = record->bytes;
    if (!error.empty() && backlog_) {
        bytes = backlog_->has_file() ? record->sent - std::min(record->sent, record->head_bytes)
                                     : bytes - std::min<std::uint64_t>(bytes, backlog_->bytes_left());
    }
    server_.access_->end(*record,
                         {.status = record->status, .bytes = bytes, .error = error, .cut = !error.empty()});
}

}  // namespace patchbay
