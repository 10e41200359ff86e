#include "http/coded_body.hpp"
#include "http/filters/compression.hpp"
#include "request_fixture.hpp"
#include "support/decoding.hpp"

#include <catch2/catch.hpp>

using namespace patchbay;
using http::status;
using http::verb;
using test::decode;
using test::FilterRequest;

namespace {

const std::string long_text(5'000, 'x');

std::string header(const Response& response, std::string_view name) {
    return std::string{response.find_header(name).value_or("")};
}

struct Outcome {
    std::string coding;  // empty: as it was
    std::string vary;
    Response head;
    bool later = false;  // there is an encoder
};

Outcome outcome_of(FilterRequest& request, Response response, BodyForm form = BodyForm::whole,
                   const CompressionConfig& config = {}) {
    const CompressionFilter filter{config};
    auto coded = filter.code(request.get(), response, form);
    if (!coded) return {{}, header(response, "Vary"), std::move(response), false};
    const bool later = coded->encoder != nullptr;
    return {header(coded->head, "Content-Encoding"), header(coded->head, "Vary"), std::move(coded->head),
            later};
}

Outcome for_browser(Response response, BodyForm form = BodyForm::whole,
                    const CompressionConfig& config = {}) {
    FilterRequest request{verb::get, {{"Accept-Encoding", "gzip, deflate, br, zstd"}}};
    return outcome_of(request, std::move(response), form, config);
}

std::string coding_for(std::string_view accepted, const CompressionConfig& config = {}) {
    FilterRequest request{verb::get, {{"Accept-Encoding", accepted}}};
    return outcome_of(request, Response::text(long_text), BodyForm::whole, config).coding;
}

}  // namespace

TEST_CASE("compression takes the client's coding, and of several its own first") {
    CHECK(coding_for("gzip, deflate, br, zstd") == "zstd");
    CHECK(coding_for("gzip, br") == "br");
    CHECK(coding_for("gzip") == "gzip");
    CHECK(coding_for("zstd;q=0.5, gzip;q=0.9") == "gzip");
    CHECK(coding_for("*") == "zstd");
    CHECK(coding_for("identity;q=0, *;q=0.1") == "zstd");
    CHECK(coding_for("deflate").empty());
    CHECK(coding_for("").empty());
    CHECK(coding_for("gzip;q=0").empty());
    CompressionConfig config;
    config.codings = {"gzip", "br"};
    CHECK(coding_for("gzip, deflate, br, zstd", config) == "gzip");
    CHECK(coding_for("zstd", config).empty());
    FilterRequest lines{verb::get, {{"Accept-Encoding", "deflate"}, {"Accept-Encoding", "gzip"}}};
    CHECK(outcome_of(lines, Response::text(long_text)).coding == "gzip");
    FilterRequest none{verb::get, {}};
    CHECK(outcome_of(none, Response::text(long_text)).coding.empty());
}

TEST_CASE("compression keeps status and headers, and codes the body") {
    auto [coding, vary, head, later] = for_browser(Response::json_text("[" + long_text + "]")
                                                       .status(status::created)
                                                       .header("Location", "/new")
                                                       .header("Vary", "Origin")
                                                       .header("Accept-Ranges", "bytes"));
    CHECK(coding == "zstd");
    CHECK(!later);
    CHECK(head.status() == status::created);
    CHECK(head.content_type() == "application/json");
    CHECK(header(head, "Location") == "/new");
    CHECK(vary == "Origin, Accept-Encoding");
    CHECK(!head.find_header("Accept-Ranges"));
    CHECK(decode("zstd", head.body()) == "[" + long_text + "]");
}

TEST_CASE("compression is for large enough bodies of its types") {
    const auto coded = [](std::string_view type, std::size_t size = 5'000) {
        return !for_browser(Response::bytes(std::string(size, 'x'), type)).coding.empty();
    };
    for (const char* type : {"text/html; charset=utf-8", "TEXT/CSS", "application/json",
                             "application/javascript", "application/ld+json", "image/svg+xml ; charset=utf-8",
                             "application/wasm", "text/event-stream", "application/problem+json"})
        CHECK(coded(type));
    for (const char* type : {"image/png", "application/octet-stream", "video/mp4", "application/zip",
                             "font/woff2", "application/jsonx", "texts/plain", "json"})
        CHECK(!coded(type));
    CHECK(coded("text/plain", 1024));
    CHECK(!coded("text/plain", 1023));
    CHECK(for_browser(Response{status::ok}).vary.empty());
    CompressionConfig config;
    config.min_size = 100;
    config.types = {"application/x-own"};
    CHECK(!for_browser(Response::bytes(std::string(100, 'x'), "application/x-own"), BodyForm::whole, config)
               .coding.empty());
    CHECK(for_browser(Response::text(long_text), BodyForm::whole, config).coding.empty());
}

TEST_CASE("what can't become smaller stays as it is, and still varies") {
    std::string noise;
    for (unsigned n = 1; noise.size() < 2'000; n = n * 1664525 + 1013904223)
        noise += static_cast<char>(n >> 24);
    const auto outcome = for_browser(Response::bytes(noise, "text/plain").header("ETag", "\"a\""));
    CHECK(outcome.coding.empty());
    CHECK(outcome.vary == "Accept-Encoding");
    CHECK(header(outcome.head, "ETag") == "\"a\"");
    CHECK(outcome.head.body() == noise);
}

TEST_CASE("compression leaves alone what must not change") {
    const auto untouched = [](std::string_view name, std::string_view value) {
        const auto outcome = for_browser(Response::text(long_text).header(name, value));
        return outcome.coding.empty() && outcome.vary.empty() && outcome.head.body() == long_text;
    };
    CHECK(untouched("Content-Encoding", "br"));
    CHECK(untouched("Content-Encoding", "identity"));
    CHECK(untouched("Cache-Control", "no-transform"));
    CHECK(untouched("cache-control", "max-age=5 , No-Transform"));
    CHECK(untouched("Content-Range", "bytes 0-1/2"));
    CHECK(untouched("Content-Digest", "sha-256=:AAAA:"));
    CHECK(untouched("Repr-Digest", "sha-256=:AAAA:"));
    CHECK(!untouched("Cache-Control", "max-age=5"));
    for (const status code : {status::no_content, status::reset_content, status::partial_content})
        CHECK(for_browser(Response::text(long_text).status(code)).coding.empty());
    CHECK(for_browser(Response::text(long_text).status(status::not_found)).coding == "zstd");
}

TEST_CASE("without `credentials` nothing is compressed that may hold secrets") {
    CompressionConfig open;
    open.credentials = true;
    const auto coded = [&](std::string_view name, std::string_view value, Response response,
                           const CompressionConfig& config = {}) {
        FilterRequest request{verb::get, {{"Accept-Encoding", "gzip"}, {name, value}}};
        const auto outcome = outcome_of(request, std::move(response), BodyForm::whole, config);
        CHECK(outcome.vary == "Accept-Encoding");
        return !outcome.coding.empty();
    };
    CHECK(!coded("Cookie", "a=b", Response::text(long_text)));
    CHECK(!coded("Authorization", "Bearer x", Response::text(long_text)));
    CHECK(!coded("X-Other", "x", Response::text(long_text).header("Set-Cookie", "a=b")));
    CHECK(coded("X-Other", "x", Response::text(long_text)));
    CHECK(coded("Cookie", "a=b", Response::text(long_text), open));
    CHECK(coded("Authorization", "Bearer x", Response::text(long_text), open));
    CHECK(coded("X-Other", "x", Response::text(long_text).header("Set-Cookie", "a=b"), open));
    const auto shared = [] {
        return Response::text(long_text).header("Cache-Control", "public, max-age=60");
    };
    CHECK(coded("Cookie", "a=b", shared()));
    CHECK(coded("Authorization", "Bearer x", shared()));
    CHECK(!coded("Cookie", "a=b", shared().header("Set-Cookie", "a=b")));
    CHECK(!coded("Cookie", "a=b", Response::text(long_text).header("Cache-Control", "private, max-age=60")));
}

TEST_CASE("a tag becomes weak, and a client that shows it gets 304") {
    const auto tagged = [](std::string_view etag) { return Response::text(long_text).header("ETag", etag); };
    const auto asked_with = [&](std::string_view tag, Response response, verb method = verb::get) {
        FilterRequest request{method, {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}}};
        return outcome_of(request, std::move(response));
    };
    CHECK(header(for_browser(tagged("\"a\"")).head, "ETag") == "W/\"a\"");
    CHECK(header(for_browser(tagged("W/\"a\"")).head, "ETag") == "W/\"a\"");
    const auto known = asked_with("\"z\", W/\"a\"", tagged("\"a\"").header("Cache-Control", "no-cache"));
    CHECK(known.head.status() == status::not_modified);
    CHECK(header(known.head, "ETag") == "W/\"a\"");
    CHECK(header(known.head, "Cache-Control") == "no-cache");
    CHECK(known.vary == "Accept-Encoding");
    CHECK(known.head.body().empty());
    CHECK(!known.later);
    CHECK(asked_with("W/\"a\"", tagged("\"a\""), verb::head).head.status() == status::not_modified);
    CHECK(asked_with("W/\"b\"", tagged("\"a\"")).head.status() == status::ok);
    CHECK(asked_with("W/\"a\"", tagged("\"a\""), verb::post).head.status() == status::ok);
    CHECK(asked_with("W/\"a\"", tagged("\"a\"").status(status::not_found)).head.status() ==
          status::not_found);
}

TEST_CASE("a handler's own 304 varies, and names the tag that the client knows") {
    const auto answer = [](std::string_view shown) {
        FilterRequest request{verb::get, {{"If-None-Match", shown}}};
        return outcome_of(request, Response{status::not_modified}.header("ETag", "\"a\""));
    };
    CHECK(header(answer("W/\"a\"").head, "ETag") == "W/\"a\"");
    CHECK(header(answer("\"a\"").head, "ETag") == "\"a\"");
    CHECK(answer("W/\"a\"").vary == "Accept-Encoding");
    CHECK(answer("\"a\"").vary == "Accept-Encoding");
    CHECK(answer("W/\"a\"").head.status() == status::not_modified);
}

TEST_CASE("a large body and a stream get an encoder") {
    const std::string large(coding_slice + 1, 'x');
    const auto whole = for_browser(Response::text(large));
    CHECK(whole.later);
    CHECK(whole.coding == "zstd");
    CHECK(whole.head.body() == large);
    CHECK(!for_browser(Response::text(std::string(coding_slice, 'x'))).later);
    const auto stream = for_browser(Response::bytes(std::string{}, "text/event-stream"), BodyForm::stream);
    CHECK(stream.later);
    CHECK(stream.vary == "Accept-Encoding");
    CHECK(for_browser(Response::bytes(std::string{}, "video/mp4"), BodyForm::stream).coding.empty());
}

TEST_CASE("for HTTP/1.0 a large body keeps its length") {
    FilterRequest request{verb::get, {{"Accept-Encoding", "gzip"}}};
    request.data().version = 10;
    CHECK(outcome_of(request, Response::text(std::string(coding_slice + 1, 'x'))).coding.empty());
    CHECK(outcome_of(request, Response::text(long_text)).coding == "gzip");
    CHECK(outcome_of(request, Response::bytes(std::string{}, "text/plain"), BodyForm::stream).coding ==
          "gzip");
}
