#include "http/authority.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;

TEST_CASE("a Host is host[:port] or nothing") {
    for (const char* good : {"", "a", "a.b", "a-b_c", "localhost:8080", "a:", "127.0.0.1:1", "a:65535",
                             "a:00080", "[::1]", "[::1]:80", "a%2Db", "!$&'()*+,;=~"}) {
        CAPTURE(good);
        CHECK(is_host_field(good));
    }
    for (const char* bad :
         {"a b",     "a/b",         "u@a",  "a\\b", "a:b:c",  "a:xyz",     "a:-1",  "a:123456", "a:65536",
          "a:99999", "[::1]:70000", "[::1", "::1]", "[::1]x", "[]",        "[a/b]", "a?b",      "a#b",
          "<a>",     "a\tb",        "a%zz", "a%2",  "a%",     "http://a/", ":80",   "a\x7f",    "\xc3\xa4"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_host_field(bad));
    }
}

TEST_CASE("the target of CONNECT needs its port") {
    CHECK(is_authority("a:443", true));
    CHECK(is_authority("[::1]:443", true));
    CHECK_FALSE(is_authority("a", true));
    CHECK_FALSE(is_authority("a:", true));
    CHECK_FALSE(is_authority("", false));
}
