#include "http/head_lines.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay;

namespace {

RequestFault line_fault_of(std::string_view line) {
    RequestLine read;
    return read_request_line(line, read);
}

bool takes(std::string lines) {
    std::string_view rest = lines;
    FieldLine field;
    return take_field_line(rest, field);
}

}  // namespace

TEST_CASE("a request line is a method, a target and a version with one space between") {
    RequestLine line;
    REQUIRE(read_request_line("PATCH /a?b HTTP/1.0", line) == RequestFault::none);
    CHECK(line.method == "PATCH");
    CHECK(line.target == "/a?b");
    CHECK(line.version == 10);
    REQUIRE(read_request_line("GET * HTTP/1.9", line) == RequestFault::none);
    CHECK(line.version == 11);
    CHECK(line_fault_of(" / HTTP/1.1") == RequestFault::malformed_method);
    CHECK(line_fault_of("HTTP/1.1") == RequestFault::malformed_method);
    CHECK(line_fault_of("G@T / HTTP/1.1") == RequestFault::malformed_method);
    CHECK(line_fault_of("GET  / HTTP/1.1") == RequestFault::malformed_target);
    CHECK(line_fault_of("GET\t/ HTTP/1.1") == RequestFault::malformed_method);
    CHECK(line_fault_of("GET HTTP/1.1") == RequestFault::malformed_request_line);
    CHECK(line_fault_of("GET / x HTTP/1.1") == RequestFault::malformed_request_line);
    CHECK(line_fault_of("GET /  HTTP/1.1") == RequestFault::malformed_request_line);
    CHECK(line_fault_of("GET /HTTP/1.1") == RequestFault::malformed_request_line);
    CHECK(line_fault_of("GET / HTTP/2.0") == RequestFault::unsupported_version);
}

TEST_CASE("a control byte is found wherever it stands in a target") {
    const auto size = GENERATE(range(std::size_t{1}, std::size_t{20}));
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string target(size, 'x');
            target[at] = static_cast<char>(byte);
            const bool right = byte > 0x20 && byte != 0x7F;
            INFO(size << ' ' << byte << ' ' << at);
            REQUIRE((line_fault_of("GET " + target + " HTTP/1.1") == RequestFault::none) == right);
        }
    }
}

TEST_CASE("a control byte is found wherever it stands in a value, and a tab is none") {
    const auto size = GENERATE(range(std::size_t{1}, std::size_t{20}));
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string value(size, 'x');
            value[at] = static_cast<char>(byte);
            INFO(size << ' ' << byte << ' ' << at);
            REQUIRE(takes("Name: " + value + "\r\nNext: y\r\n\r\n") ==
                    (byte == '\t' || (byte >= 0x20 && byte != 0x7F)));
        }
    }
}

TEST_CASE("a field line is a name, a colon and a value without the white space around it") {
    std::string_view lines = "A: b\r\nc-d:\t e\t f \t\r\nX:\r\n";
    FieldLine field;
    REQUIRE(take_field_line(lines, field));
    CHECK(field.name == "A");
    CHECK(field.value == "b");
    REQUIRE(take_field_line(lines, field));
    CHECK(field.name == "c-d");
    CHECK(field.value == "e\t f");
    REQUIRE(take_field_line(lines, field));
    CHECK(field.value.empty());
    CHECK(lines.empty());
    CHECK_FALSE(takes(": b\r\n"));
    CHECK_FALSE(takes("A : b\r\n"));
    CHECK_FALSE(takes("A\r\nB: c\r\n"));
    CHECK_FALSE(takes("A\xe9: b\r\n"));
    CHECK_FALSE(takes("A: b\rc\r\n"));
    CHECK_FALSE(takes("A: b\n"));
    CHECK_FALSE(takes("A: b"));
}
