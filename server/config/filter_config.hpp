// What the operator configured under `filters`: plain aggregates holding their defaults, like those of
// config.hpp. Units, ranges and effects of every field stand in filter_keys.cpp.
#pragma once

#include "config/source_position.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace patchbay {

struct CorsConfig {
    std::vector<std::string> origins;  // "https://app.example"; or "*" alone
    std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    std::vector<std::string> headers;  // of requests; or "*" alone
    std::vector<std::string> expose;   // of answers; or "*" alone
    bool credentials = false;
    std::chrono::milliseconds max_age{std::chrono::minutes{10}};

    bool operator==(const CorsConfig&) const = default;
};

/// Names to secrets: "sha256:HEX" or "sha256:SALT:HEX", the digest of the salt and the secret together; or
/// "plain:SECRET", which only an environment variable gives.
using Secrets = std::map<std::string, std::string>;

struct BasicAuthConfig {
    std::string realm = "restricted";
    Secrets users;
    std::filesystem::path file;  // its lines have been added to `users`

    bool operator==(const BasicAuthConfig&) const = default;
};

struct BearerAuthConfig {
    std::string realm = "restricted";
    Secrets tokens;
    std::filesystem::path file;  // its lines have been added to `tokens`

    bool operator==(const BearerAuthConfig&) const = default;
};

struct RateLimitConfig {
    std::size_t requests = 0;
    std::chrono::milliseconds per{1'000};
    std::size_t burst = 0;  // 0: auto, as many as `requests`
    std::string header;     // whose value is the key; empty: the client's address is
    std::size_t keys = 65536;

    bool operator==(const RateLimitConfig&) const = default;
};

struct RequestIdConfig {
    std::string header = "X-Request-Id";
    bool trust = true;

    bool operator==(const RequestIdConfig&) const = default;
};

/// An empty value leaves the header out.
struct SecurityHeadersConfig {
    std::string content_security_policy = "base-uri 'self'; frame-ancestors 'none'; object-src 'none'";
    std::string content_type_options = "nosniff";
    std::string cross_origin_opener_policy = "same-origin";
    std::string cross_origin_resource_policy = "same-origin";
    std::string frame_options = "DENY";
    std::string permissions_policy;
    std::string referrer_policy = "strict-origin-when-cross-origin";
    std::string strict_transport_security;
    std::map<std::string, std::string> others;

    bool operator==(const SecurityHeadersConfig&) const = default;
};

struct CompressionConfig {
    std::vector<std::string> codings{"zstd", "br", "gzip"};
    std::vector<std::string> types{"text/*",
                                   "+json",
                                   "+xml",
                                   "application/json",
                                   "application/x-ndjson",
                                   "application/javascript",
                                   "application/xml",
                                   "application/yaml",
                                   "application/wasm",
                                   "image/bmp",
                                   "image/vnd.microsoft.icon",
                                   "font/otf",
                                   "font/ttf"};
    std::size_t min_size = 1024;
    bool credentials = false;
    std::size_t gzip_level = 5;
    std::size_t brotli_level = 3;
    std::size_t zstd_level = 3;

    bool operator==(const CompressionConfig&) const = default;
};

using FilterSettings = std::variant<CorsConfig, BasicAuthConfig, BearerAuthConfig, RateLimitConfig,
                                    RequestIdConfig, SecurityHeadersConfig, CompressionConfig>;

/// One entry of `filters`.
struct FilterConfig {
    std::string name;
    FilterSettings settings;
    SourcePosition position;

    bool operator==(const FilterConfig&) const = default;
};

/// A filter's name where it is put to use.
struct FilterReference {
    std::string name;
    SourcePosition position;
    std::string key;  // "routes[0].filters[1]", for messages

    friend bool operator==(const FilterReference& a, const FilterReference& b) { return a.name == b.name; }
};

}  // namespace patchbay
