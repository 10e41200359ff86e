#include "http/request_rules.hpp"

#include "http/rule_table.hpp"

#include <array>

namespace patchbay {
namespace {

using boost::beast::http::status;
using enum RequestFault;

constexpr std::array rules{
    RequestRule{bare_line_feed, status::bad_request, "a line ends in LF without CR", "RFC 9112 §2.2"},
    RequestRule{folded_line, status::bad_request, "a header line is folded", "RFC 9112 §5.2"},
    RequestRule{malformed_request_line, status::bad_request, "malformed request line", "RFC 9112 §3"},
    RequestRule{malformed_method, status::bad_request, "malformed method", "RFC 9110 §9.1"},
    RequestRule{malformed_target, status::bad_request, "malformed request target", "RFC 9112 §3.2"},
    RequestRule{malformed_version, status::bad_request, "malformed HTTP version", "RFC 9112 §2.3"},
    RequestRule{unsupported_version, status::http_version_not_supported, "not HTTP/1.0 or HTTP/1.1",
                "RFC 9110 §15.6.6"},
    RequestRule{target_too_long, status::uri_too_long, "the request target is longer than allowed",
                "RFC 9110 §15.5.15"},
    RequestRule{malformed_field, status::bad_request, "malformed header field",
                "RFC 9112 §5.1, RFC 9110 §5.5"},
    RequestRule{header_too_large, status::request_header_fields_too_large,
                "the header is larger than allowed", "RFC 6585 §5"},
    RequestRule{too_many_fields, status::request_header_fields_too_large,
                "there are more header fields than allowed", "RFC 6585 §5"},
    RequestRule{missing_host, status::bad_request, "no Host", "RFC 9112 §3.2"},
    RequestRule{several_hosts, status::bad_request, "more than one Host", "RFC 9112 §3.2"},
    RequestRule{malformed_host, status::bad_request, "the Host is not host[:port]", "RFC 9112 §3.2"},
    RequestRule{malformed_content_length, status::bad_request, "malformed Content-Length", "RFC 9110 §8.6"},
    RequestRule{several_content_lengths, status::bad_request, "more than one Content-Length",
                "RFC 9112 §6.3"},
    RequestRule{transfer_encoding_and_content_length, status::bad_request,
                "Transfer-Encoding and Content-Length together", "RFC 9112 §6.1"},
    RequestRule{transfer_encoding_in_http_1_0, status::bad_request,
                "Transfer-Encoding in an HTTP/1.0 request", "RFC 9112 §6.1"},
    RequestRule{malformed_transfer_encoding, status::bad_request,
                "Transfer-Encoding twice, or with an empty element, or with chunked twice",
                "RFC 9112 §6.1, RFC 9110 §5.6.1"},
    RequestRule{unknown_transfer_encoding, status::not_implemented, "a Transfer-Encoding other than chunked",
                "RFC 9112 §6.1"},
    RequestRule{body_too_large, status::payload_too_large, "the body is larger than allowed",
                "RFC 9110 §15.5.14"},
    RequestRule{malformed_chunk_size, status::bad_request, "malformed chunk size", "RFC 9112 §7.1"},
    RequestRule{malformed_chunk_extension, status::bad_request, "malformed chunk extension",
                "RFC 9112 §7.1.1"},
    RequestRule{chunk_extension_too_long, status::bad_request, "a chunk extension is longer than allowed",
                "RFC 9112 §7.1.1"},
    RequestRule{malformed_chunk_end, status::bad_request, "a chunk is not followed by CR LF",
                "RFC 9112 §7.1"},
    RequestRule{malformed_trailer, status::bad_request, "malformed trailer field", "RFC 9112 §7.1.2"},
    RequestRule{trailers_too_large, status::request_header_fields_too_large,
                "the trailer section is larger than allowed", "RFC 9110 §5.4"},
    RequestRule{too_many_trailers, status::request_header_fields_too_large,
                "there are more trailer fields than allowed", "RFC 6585 §5"},
};

static_assert(has_each_in_order(rules, too_many_trailers));

}  // namespace

std::span<const RequestRule> request_rules() noexcept { return rules; }

const RequestRule& request_rule(RequestFault fault) noexcept { return row_of(rules, fault); }

}  // namespace patchbay
