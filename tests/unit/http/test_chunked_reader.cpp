#include "http/chunked_reader.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace patchbay;

namespace {

struct Read {
    ChunkedReader::Step step = ChunkedReader::Step::need_more;
    std::string body;
    std::size_t consumed = 0;
    RequestFault fault = RequestFault::none;
    std::string trailers;
};

// Reads `bytes` in pieces of `piece`, until the end or a refusal.
Read read_chunked(std::string_view bytes, std::size_t piece = 1'000'000, std::size_t body = 1000,
                  std::size_t trailers = 200) {
    ChunkedReader reader;
    reader.reset({.body = body, .trailers = trailers, .fields = 100});
    Read result;
    while (result.consumed < bytes.size() &&
           (result.step == ChunkedReader::Step::need_more || result.step == ChunkedReader::Step::data)) {
        result.step = reader.read(bytes.substr(result.consumed, piece));
        result.consumed += reader.consumed();
        if (result.step == ChunkedReader::Step::data) result.body += reader.data();
    }
    result.fault = reader.fault();
    result.trailers = reader.trailer_lines();
    return result;
}

RequestFault fault_of(std::string_view bytes) {
    const Read whole = read_chunked(bytes);
    const Read bytewise = read_chunked(bytes, 1);
    CHECK(whole.step == bytewise.step);
    CHECK(whole.fault == bytewise.fault);
    CHECK(whole.consumed == bytewise.consumed);
    return whole.fault;
}

}  // namespace

TEST_CASE("a chunked body reads the same in pieces of any size") {
    const std::string_view bytes =
        "5\r\nhello\r\n0006 ; a = b ;c; d=\"e;\\\"f\";g\r\n world\r\n000;z\r\nX-A: 1\r\nX-B:\r\n\r\nGET /";
    const auto piece =
        GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{5}, std::size_t{1000});
    const Read read = read_chunked(bytes, piece);
    CHECK(read.step == ChunkedReader::Step::end);
    CHECK(read.body == "hello world");
    CHECK(read.trailers == "X-A: 1\r\nX-B:\r\n");
    CHECK(bytes.substr(read.consumed) == "GET /");
}

TEST_CASE("an unfinished chunked body asks for more") {
    const std::string_view whole = "5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const ChunkedReader::Step step = read_chunked(whole.substr(0, size)).step;
        CHECK((step == ChunkedReader::Step::need_more || step == ChunkedReader::Step::data));
    }
    CHECK(read_chunked(whole).step == ChunkedReader::Step::end);
}

TEST_CASE("what is not in the grammar of a chunk is refused") {
    using enum RequestFault;
    for (const char* size :
         {"\r\n", "-5\r\n", "+5\r\n", "0x5\r\n", " 5\r\n", "g\r\n", "5_0\r\n", "5\n", "5\rx", "5,5\r\n",
          ";a\r\n", "5\v\r\n", "00000000000000005\r\n", "fffffffffffffffff\r\n"}) {
        CAPTURE(size);
        CHECK(fault_of(size) == malformed_chunk_size);
    }
    for (const char* extension : {"5 \r\n", "5\t\r\n", "5 5\r\n", "5;\r\n", "5;a\nb\r\n", "5;a\rb\r\n",
                                  "5;=x\r\n", "5;a=\r\n", "5;a=\"x\r\n", "5;a=\x01\r\n", "5;a b\r\n",
                                  "5;a=\"b\"c\r\n", "5;a=\"\\\r\"\r\n", "5;a =\r\n", "5;a \r\n"}) {
        CAPTURE(extension);
        const RequestFault fault = fault_of(extension);
        CHECK((fault == malformed_chunk_extension || fault == malformed_chunk_size));
    }
    for (const char* end : {"5\r\nhelloX\r\n", "5\r\nhello\n", "5\r\nhello\rX", "3\r\nhello\r\n"}) {
        CAPTURE(end);
        CHECK(fault_of(end) == malformed_chunk_end);
    }
    for (const char* trailer : {"0\r\nX : 1\r\n", "0\r\n: 1\r\n", "0\r\nX: 1\n", "0\r\n X: 1\r\n", "0\r\n\n",
                                "0\r\nX: a\x01\r\n", "0\r\nGET / HTTP/1.1\r\n", "0\r\n\r\r"}) {
        CAPTURE(trailer);
        CHECK(fault_of(trailer) == malformed_trailer);
    }
}

TEST_CASE("the limits of a chunked body") {
    CHECK(read_chunked("3e8\r\n").step == ChunkedReader::Step::need_more);
    CHECK(fault_of("3e9\r\n") == RequestFault::body_too_large);
    CHECK(fault_of("7fffffffffffffff\r\n") == RequestFault::body_too_large);
    CHECK(fault_of("ffffffffffffffff\r\n") == RequestFault::body_too_large);
    const std::string half = "1f4\r\n" + std::string(500, 'x') + "\r\n";
    CHECK(read_chunked(half + half + "0\r\n\r\n").step == ChunkedReader::Step::end);
    CHECK(fault_of(half + half + "1\r\n") == RequestFault::body_too_large);
    CHECK(fault_of("5;a=" + std::string(ChunkedReader::max_extension, 'b')) ==
          RequestFault::chunk_extension_too_long);
    CHECK(fault_of("0\r\nX: " + std::string(200, 'y')) == RequestFault::trailers_too_large);
}
