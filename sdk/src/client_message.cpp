#include "client_message.hpp"

#include "header_rules.hpp"

#include <patchbay/detail/request_data.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <utility>

namespace patchbay::detail {
namespace {

constexpr unsigned http_1_1 = 11;
// What anybody sends to the server is passed on only as far as the specification asks for it.
constexpr std::size_t max_trace_field = 512;

void pass_on(std::string_view name, const RequestData& caller, const ClientRequest& request,
             http::request<http::string_body>& message) {
    if (request.find_header(name)) return;
    for (const HeaderField& field : caller.headers) {
        if (!equal_ignoring_case(field.name, name)) continue;
        if (field.value.size() <= max_trace_field) message.insert(name, field.value);
        return;
    }
}

}  // namespace

HttpClientError ClientMessage::error(HttpClientError::Kind kind, std::string_view what) const {
    return HttpClientError{kind, std::string{call}.append(": ").append(what)};
}

ClientMessage make_client_message(ClientRequest& request, const HttpClientOptions& options,
                                  const RequestData* caller) {
    ClientMessage message;
    message.call.append(http::to_string(request.method())).append(" ").append(request.origin());
    message.max_body = options.max_body;
    http::request<http::string_body>& sent = message.request;
    sent.method(request.method());
    sent.target(request.target());
    sent.version(http_1_1);
    sent.set(http::field::host, request.authority());
    if (!request.find_header("User-Agent")) sent.set(http::field::user_agent, options.user_agent);
    if (caller && options.propagate_trace) {
        pass_on("traceparent", *caller, request, sent);
        pass_on("tracestate", *caller, request, sent);
    }
    for (const auto& [name, value] : request.headers()) sent.insert(name, value);
    sent.body() = request.take_body();
    sent.prepare_payload();
    return message;
}

}  // namespace patchbay::detail
