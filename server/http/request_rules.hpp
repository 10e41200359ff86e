// What makes a request a refused one: a decision a row, with the answer and the section that it rests on. A
// refusal always ends the connection, since nothing behind the fault can be trusted.
#pragma once

#include <boost/beast/http/status.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace patchbay {

enum class RequestFault : std::uint8_t {
    none,
    bare_line_feed,
    folded_line,
    malformed_request_line,
    malformed_method,
    malformed_target,
    malformed_version,
    unsupported_version,
    target_too_long,
    malformed_field,
    header_too_large,
    too_many_fields,
    missing_host,
    several_hosts,
    malformed_host,
    malformed_content_length,
    several_content_lengths,
    transfer_encoding_and_content_length,
    transfer_encoding_in_http_1_0,
    malformed_transfer_encoding,
    unknown_transfer_encoding,
    body_too_large,
    malformed_chunk_size,
    malformed_chunk_extension,
    chunk_extension_too_long,
    malformed_chunk_end,
    malformed_trailer,
    trailers_too_large,
    too_many_trailers,
};

struct RequestRule {
    RequestFault fault = RequestFault::none;
    boost::beast::http::status status = boost::beast::http::status::bad_request;
    std::string_view detail;   ///< for the caller; a literal
    std::string_view section;  ///< where the decision comes from
};

/// Every fault but `none`, in their order.
std::span<const RequestRule> request_rules() noexcept;
/// Precondition: not `none`.
const RequestRule& request_rule(RequestFault fault) noexcept;

}  // namespace patchbay
