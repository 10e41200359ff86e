#include "http/content_coding.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;

namespace {

std::string_view preferred(std::string_view accept) {
    return preferred_coding(accept, {"br", "zstd", "gzip"});
}

}  // namespace

TEST_CASE("of the codings that a client accepts equally, the first is preferred") {
    CHECK(preferred("gzip, br") == "br");
    CHECK(preferred("gzip") == "gzip");
    CHECK(preferred("GZIP") == "gzip");
    CHECK(preferred("*") == "br");
    CHECK(preferred("deflate, gzip;q=1.0, *;q=0.5") == "gzip");
}

TEST_CASE("weights decide, and 0 refuses") {
    CHECK(preferred("br;q=0.1, gzip;q=0.9") == "gzip");
    CHECK(preferred("br;q=0, gzip;q=0.001") == "gzip");
    CHECK(preferred("*;q=0").empty());
    CHECK(preferred("gzip;q=0, *;q=0").empty());
    CHECK(preferred("gzip ; q=0.5").empty() == false);
    CHECK(preferred("identity;q=1, gzip;q=0.5").empty());
}

TEST_CASE("nothing asked for, nothing coded") {
    CHECK(preferred("").empty());
    CHECK(preferred("identity").empty());
    CHECK(preferred("deflate").empty());
    CHECK(preferred("gzip;q=nonsense").empty());
    CHECK(preferred("gzip;q=").empty());
    CHECK(preferred(";q=1, ,;").empty());
}

TEST_CASE("x-gzip is gzip") {
    CHECK(preferred("x-gzip") == "gzip");
    CHECK(preferred("X-Gzip;q=0, *").compare("br") == 0);
    CHECK(preferred_coding("x-gzip;q=0, *", {"gzip"}).empty());
}

TEST_CASE("a client that refuses the bytes as they are gets a coding") {
    CHECK(preferred("identity;q=0, gzip") == "gzip");
    CHECK(preferred("identity;q=0, *") == "br");
    CHECK(preferred("*;q=0, gzip;q=0.1") == "gzip");
    CHECK(preferred("identity;q=0").empty());
}
