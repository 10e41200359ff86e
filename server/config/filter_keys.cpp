#include "config/filter_keys.hpp"

#include "config/key_ranges.hpp"

#include <array>

namespace patchbay::detail {
namespace {

using std::chrono::milliseconds;
using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

constexpr std::array cors{
    ConfigKey<CorsConfig>{"origins",
                          {ValueKind::texts, {}},
                          [](CorsConfig& c) -> Texts& { return c.origins; },
                          "Origins whose pages may read the answers, such as https://app.example; or [\"*\"] "
                          "for all of them.",
                          "",
                          default_required},
    ConfigKey<CorsConfig>{"methods",
                          {ValueKind::texts, {}},
                          [](CorsConfig& c) -> Texts& { return c.methods; },
                          "Methods that those pages may use.",
                          "",
                          "[GET, HEAD, POST, PUT, PATCH, DELETE]"},
    ConfigKey<CorsConfig>{"headers",
                          {ValueKind::texts, {}},
                          [](CorsConfig& c) -> Texts& { return c.headers; },
                          "Header fields that their requests may carry besides the safelisted ones; [\"*\"] "
                          "for all but Authorization.",
                          "",
                          "[]"},
    ConfigKey<CorsConfig>{"expose",
                          {ValueKind::texts, {}},
                          [](CorsConfig& c) -> Texts& { return c.expose; },
                          "Header fields of answers that those pages may read; [\"*\"] for all.",
                          "",
                          "[]"},
    ConfigKey<CorsConfig>{"credentials",
                          {ValueKind::boolean, {}},
                          [](CorsConfig& c) -> bool& { return c.credentials; },
                          "Whether their requests may carry cookies and the like; not beside any \"*\".",
                          "",
                          "false"},
    ConfigKey<CorsConfig>{"max_age",
                          {ValueKind::duration, {0, day}},
                          [](CorsConfig& c) -> milliseconds& { return c.max_age; },
                          "Time for which browsers may remember what a preflight said.",
                          "Fewer preflights, and changes reach browsers later.",
                          "10m"},
};

constexpr std::array basic_auth{
    ConfigKey<BasicAuthConfig>{"realm",
                               {ValueKind::text, {}},
                               [](BasicAuthConfig& c) -> std::string& { return c.realm; },
                               "What browsers show beside the question for a password.",
                               "",
                               "restricted"},
    ConfigKey<BasicAuthConfig>{"users",
                               {ValueKind::text_map, {}},
                               [](BasicAuthConfig& c) -> TextMap& { return c.users; },
                               "Names of users and their secrets: sha256:HEX or sha256:SALT:HEX, the "
                               "digest of salt and password together, or env:NAME, a variable that holds the "
                               "password.",
                               "",
                               default_required_unless_file},
    ConfigKey<BasicAuthConfig>{"file",
                               {ValueKind::file, {}},
                               [](BasicAuthConfig& c) -> std::filesystem::path& { return c.file; },
                               "File of more users, a line each: NAME:SECRET. Read with the configuration, "
                               "and at SIGHUP.",
                               "",
                               "none"},
};

constexpr std::array bearer_auth{
    ConfigKey<BearerAuthConfig>{"realm",
                                {ValueKind::text, {}},
                                [](BearerAuthConfig& c) -> std::string& { return c.realm; },
                                "The realm that the challenge names.",
                                "",
                                "restricted"},
    ConfigKey<BearerAuthConfig>{"tokens",
                                {ValueKind::text_map, {}},
                                [](BearerAuthConfig& c) -> TextMap& { return c.tokens; },
                                "Names of one's own and the tokens that are let in: sha256:HEX or "
                                "sha256:SALT:HEX, the digest of salt and token together, or env:NAME, a "
                                "variable that holds the token.",
                                "",
                                default_required_unless_file},
    ConfigKey<BearerAuthConfig>{"file",
                                {ValueKind::file, {}},
                                [](BearerAuthConfig& c) -> std::filesystem::path& { return c.file; },
                                "File of more tokens, a line each: NAME:SECRET. Read with the configuration, "
                                "and at SIGHUP.",
                                "",
                                "none"},
};

constexpr std::array rate_limit{
    ConfigKey<RateLimitConfig>{"requests",
                               {ValueKind::count, {1, 1'000'000}},
                               [](RateLimitConfig& c) -> std::size_t& { return c.requests; },
                               "Number of requests that each key may make in `per`; beyond it the answer is "
                               "429.",
                               "Busier clients pass.",
                               default_required},
    ConfigKey<RateLimitConfig>{"per",
                               {ValueKind::duration, {100, day}},
                               [](RateLimitConfig& c) -> milliseconds& { return c.per; },
                               "Time in which a bucket of `requests` tokens fills, evenly.",
                               "The rate falls.",
                               "1s"},
    ConfigKey<RateLimitConfig>{"burst",
                               {ValueKind::count_or_auto, {1, 1'000'000}},
                               [](RateLimitConfig& c) -> std::size_t& { return c.burst; },
                               "Number of tokens a bucket holds; auto is `requests`.",
                               "More requests may come at once after a pause.",
                               "auto"},
    ConfigKey<RateLimitConfig>{"header",
                               {ValueKind::header_name, {}},
                               [](RateLimitConfig& c) -> std::string& { return c.header; },
                               "Header field whose value is the key; a request without it, and every request "
                               "when there is none, goes by the client's address (IPv6: its /64).",
                               "",
                               "\"\""},
    ConfigKey<RateLimitConfig>{"keys",
                               {ValueKind::count, {64, 16'777'216}},
                               [](RateLimitConfig& c) -> std::size_t& { return c.keys; },
                               "Number of keys that are told apart at a time, 8 bytes each, rounded up to a "
                               "power of two. When there are more, the one next to be full again is "
                               "forgotten.",
                               "Floods of new keys are held back longer.",
                               "65536"},
};

constexpr std::array request_id{
    ConfigKey<RequestIdConfig>{"header",
                               {ValueKind::header_name, {}},
                               [](RequestIdConfig& c) -> std::string& { return c.header; },
                               "Header field that carries the id, in requests and in answers.",
                               "",
                               "X-Request-Id"},
    ConfigKey<RequestIdConfig>{
        "trust",
        {ValueKind::boolean, {}},
        [](RequestIdConfig& c) -> bool& { return c.trust; },
        "Whether an id that the client sends is taken over, if it is 1 to 128 letters, "
        "digits and any of -._~+/=:@.",
        "",
        "true"},
};

constexpr std::array security_headers{
    ConfigKey<SecurityHeadersConfig>{
        "content_security_policy",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.content_security_policy; },
        "Content-Security-Policy.",
        "",
        "base-uri 'self'; frame-ancestors 'none'; object-src 'none'"},
    ConfigKey<SecurityHeadersConfig>{
        "content_type_options",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.content_type_options; },
        "X-Content-Type-Options.",
        "",
        "nosniff"},
    ConfigKey<SecurityHeadersConfig>{
        "cross_origin_opener_policy",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.cross_origin_opener_policy; },
        "Cross-Origin-Opener-Policy.",
        "",
        "same-origin"},
    ConfigKey<SecurityHeadersConfig>{
        "cross_origin_resource_policy",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.cross_origin_resource_policy; },
        "Cross-Origin-Resource-Policy.",
        "",
        "same-origin"},
    ConfigKey<SecurityHeadersConfig>{"frame_options",
                                     {ValueKind::text, {}},
                                     [](SecurityHeadersConfig& c) -> std::string& { return c.frame_options; },
                                     "X-Frame-Options.",
                                     "",
                                     "DENY"},
    ConfigKey<SecurityHeadersConfig>{
        "permissions_policy",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.permissions_policy; },
        "Permissions-Policy.",
        "",
        "\"\""},
    ConfigKey<SecurityHeadersConfig>{
        "referrer_policy",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.referrer_policy; },
        "Referrer-Policy.",
        "",
        "strict-origin-when-cross-origin"},
    ConfigKey<SecurityHeadersConfig>{
        "strict_transport_security",
        {ValueKind::text, {}},
        [](SecurityHeadersConfig& c) -> std::string& { return c.strict_transport_security; },
        "Strict-Transport-Security, where clients come by HTTPS only (RFC 6797 §7.2).",
        "",
        "\"\""},
    ConfigKey<SecurityHeadersConfig>{"others",
                                     {ValueKind::text_map, {}},
                                     [](SecurityHeadersConfig& c) -> TextMap& { return c.others; },
                                     "Names of any other header fields, and their values.",
                                     "",
                                     "{}"},
};

constexpr std::array compression{
    ConfigKey<CompressionConfig>{
        "codings",
        {ValueKind::texts, {}},
        [](CompressionConfig& c) -> Texts& { return c.codings; },
        "Codings on offer: zstd, br, gzip. Of those that a client likes equally, the first here is taken.",
        "",
        "[zstd, br, gzip]"},
    ConfigKey<CompressionConfig>{
        "types",
        {ValueKind::texts, {}},
        [](CompressionConfig& c) -> Texts& { return c.types; },
        "Media types that are compressed: application/json, text/* for all of a kind, or +json for all that "
        "end so.",
        "",
        "[text/*, +json, +xml, application/json, application/x-ndjson, application/javascript, "
        "application/xml, application/yaml, application/wasm, image/bmp, image/vnd.microsoft.icon, font/otf, "
        "font/ttf]"},
    ConfigKey<CompressionConfig>{"min_size",
                                 {ValueKind::size, {1, 1024 * 1024}},
                                 [](CompressionConfig& c) -> std::size_t& { return c.min_size; },
                                 "Size from which a body is compressed; a stream always is.",
                                 "More small answers go out as they are.",
                                 "1KiB"},
    ConfigKey<CompressionConfig>{
        "credentials",
        {ValueKind::boolean, {}},
        [](CompressionConfig& c) -> bool& { return c.credentials; },
        "Whether answers are compressed that set a cookie or whose request had a cookie or Authorization: "
        "their sizes can then give secrets away (BREACH).",
        "",
        "false"},
    ConfigKey<CompressionConfig>{"gzip_level",
                                 {ValueKind::count, {1, 9}},
                                 [](CompressionConfig& c) -> std::size_t& { return c.gzip_level; },
                                 "How hard gzip tries.",
                                 "Smaller bodies for more time of the event loop.",
                                 "5"},
    ConfigKey<CompressionConfig>{"brotli_level",
                                 {ValueKind::count, {1, 6}},
                                 [](CompressionConfig& c) -> std::size_t& { return c.brotli_level; },
                                 "How hard brotli tries; higher levels are for files that are compressed "
                                 "beforehand.",
                                 "Smaller bodies for more time of the event loop; from 4 on a stream takes "
                                 "1.2 MiB instead of 0.6.",
                                 "3"},
    ConfigKey<CompressionConfig>{"zstd_level",
                                 {ValueKind::count, {1, 12}},
                                 [](CompressionConfig& c) -> std::size_t& { return c.zstd_level; },
                                 "How hard zstd tries.",
                                 "Smaller bodies for more time of the event loop.",
                                 "3"},
};

}  // namespace

const FilterKinds& filter_kinds() {
    static constexpr FilterKinds kinds{
        {"cors", "Lets pages of other origins use the answers (Fetch standard); answers preflights itself.",
         cors},
        {"basic_auth", "Asks for a user's name and password (RFC 7617).", basic_auth},
        {"bearer_auth", "Asks for a token (RFC 6750).", bearer_auth},
        {"rate_limit", "Lets each client make so many requests in a time, by token buckets.", rate_limit},
        {"request_id",
         "Names each request's id in its answer: the one of the log's error ids, or the one the client sent.",
         request_id},
        {"security_headers",
         "Adds header fields that keep browsers from guessing, framing and leaking; an empty value leaves "
         "one "
         "out, and one that the handler has set stays.",
         security_headers},
        {"compression",
         "Compresses bodies with zstd, brotli or gzip, as Accept-Encoding has it (RFC 9110 §12.5.3).",
         compression}};
    return kinds;
}

std::vector<std::string> filter_kind_names() {
    std::vector<std::string> names;
    for_each_filter_kind([&](const auto& kind) { names.emplace_back(kind.name); });
    return names;
}

}  // namespace patchbay::detail
