#include "http/request_parser.hpp"
#include "http/request_rules.hpp"

#include <catch2/catch.hpp>

#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace patchbay;
using namespace std::string_view_literals;

namespace {

// What refuses the request, given in pieces.
RequestFault fault_of(std::string_view bytes, std::size_t piece) {
    RequestParser parser;
    Buffer buffer;
    parser.reset({.bytes = {.target = 300, .head = 1000}, .fields = 5});
    while (!bytes.empty()) {
        const std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        parser.rebase(buffer.make_space(part.size()));
        std::memcpy(buffer.space(), part.data(), part.size());
        buffer.commit(part.size());
        RequestParser::Step step = parser.parse(buffer);
        if (step == RequestParser::Step::head) {
            if (!parser.body_limit(1000)) return RequestFault::body_too_large;
            step = parser.parse(buffer);
        }
        if (step == RequestParser::Step::refused) return parser.fault();
        if (step == RequestParser::Step::complete) return RequestFault::none;
    }
    return RequestFault::none;
}

struct Case {
    RequestFault fault;
    std::string bytes;
};

std::vector<Case> cases() {
    using enum RequestFault;
    const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
    const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
    const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    return {
        {bare_line_feed, "GET / HTTP/1.1\nHost: h\r\n\r\n"},
        {bare_line_feed, get + "\n"},
        {bare_line_feed, get + "X: y\nTransfer-Encoding: chunked\r\n\r\n"},
        {bare_line_feed, "\nGET / HTTP/1.1\r\n"},
        {folded_line, get + "X: y\r\n folded\r\n\r\n"},
        {folded_line, post + "Content-Length:\r\n 5\r\n\r\nhello"},
        {folded_line, post + "Transfer-Encoding:\r\n\tchunked\r\n\r\n"},
        {folded_line, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"},
        {malformed_method, "\x16\x03\x01"},
        {malformed_method, "G(T / HTTP/1.1\r\nHost: h\r\n\r\n"},
        {malformed_method, " GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
        {malformed_target, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"},
        {malformed_request_line, "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"},
        {malformed_request_line, "GET / HTTP/1.1\rX: HTTP/1.1\r\nHost: h\r\n\r\n"},
        {malformed_version, "GET /\r\n"},
        {malformed_version, "GET / HTTP/1.1x\r\nHost: h\r\n\r\n"},
        {malformed_version, "GET / http/1.1\r\nHost: h\r\n\r\n"},
        {malformed_version, "GET / HTTP/11\r\nHost: h\r\n\r\n"},
        {unsupported_version, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
        {unsupported_version, "GET / HTTP/0.9\r\nHost: h\r\n\r\n"},
        {target_too_long, "GET /" + std::string(400, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n"},
        {target_too_long, "GET /" + std::string(400, 'x')},
        {malformed_field, get + "X : y\r\n\r\n"},
        {malformed_field, get + ": y\r\n\r\n"},
        {malformed_field, get + "X\r\n\r\n"},
        {malformed_field, get + std::string{"X: a\0b\r\n\r\n"sv}},
        {malformed_field, get + "X: a\rb\r\n\r\n"},
        {malformed_field, get + "X\xa0: a\r\n\r\n"},
        {header_too_large, get + "X: " + std::string(1000, 'x')},
        {header_too_large, get + "X: " + std::string(1000, 'x') + "\r\n\r\n"},
        {too_many_fields, get + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\n\r\n"},
        {missing_host, "GET / HTTP/1.1\r\n\r\n"},
        {several_hosts, get + "Host: h\r\n\r\n"},
        {malformed_host, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
        {malformed_host, "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"},
        {malformed_content_length, post + "Content-Length: +3\r\n\r\nabc"},
        {malformed_content_length, post + "Content-Length: -3\r\n\r\nabc"},
        {malformed_content_length, post + "Content-Length: 0x3\r\n\r\nabc"},
        {malformed_content_length, post + "Content-Length: \r\n\r\n"},
        {malformed_content_length, post + "Content-Length: 99999999999999999999\r\n\r\n"},
        {several_content_lengths, post + "Content-Length: 3, 3\r\n\r\nabc"},
        {several_content_lengths, post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
        {transfer_encoding_and_content_length,
         post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {transfer_encoding_and_content_length,
         post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
        {transfer_encoding_in_http_1_0, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {malformed_transfer_encoding,
         post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {malformed_transfer_encoding, post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
        {malformed_transfer_encoding, post + "Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n"},
        {malformed_transfer_encoding, post + "Transfer-Encoding: \r\n\r\n"},
        {unknown_transfer_encoding, post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        {unknown_transfer_encoding, post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
        {unknown_transfer_encoding, post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"},
        {body_too_large, post + "Content-Length: 1001\r\n\r\n"},
        {body_too_large, chunked + "3e9\r\n"},
        {malformed_chunk_extension, chunked + "5 5\r\n"},
        {malformed_chunk_size, chunked + "+5\r\n"},
        {malformed_chunk_extension, chunked + "5;=x\r\n"},
        {chunk_extension_too_long, chunked + "5;" + std::string(5000, 'x')},
        {malformed_chunk_end, chunked + "5\r\nhelloX\r\n0\r\n\r\n"},
        {malformed_trailer, chunked + "0\r\nX : y\r\n\r\n"},
        {trailers_too_large, chunked + "0\r\nX: " + std::string(1000, 'x')},
        {too_many_trailers, chunked + "0\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF"},
    };
}

}  // namespace

TEST_CASE("each rule refuses its requests, whole and byte by byte") {
    for (const Case& entry : cases()) {
        CAPTURE(entry.bytes);
        CHECK(static_cast<int>(fault_of(entry.bytes, 100'000)) == static_cast<int>(entry.fault));
        CHECK(static_cast<int>(fault_of(entry.bytes, 1)) == static_cast<int>(entry.fault));
    }
}

TEST_CASE("every rule has its answer, its section and a request that it refuses") {
    std::set<RequestFault> tried;
    for (const Case& entry : cases()) tried.insert(entry.fault);
    for (const RequestRule& rule : request_rules()) {
        CAPTURE(rule.detail);
        CHECK(static_cast<unsigned>(rule.status) >= 400);
        CHECK_FALSE(rule.detail.empty());
        CHECK(rule.section.starts_with("RFC "));
        CHECK(tried.contains(rule.fault));
    }
}
