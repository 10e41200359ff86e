#include "http/filters/auth.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <openssl/evp.h>

namespace patchbay {
namespace {

// What follows the scheme in Authorization (RFC 9110 §11.4); nothing when it is another, or none.
std::optional<std::string_view> credentials_of(const Request& request, std::string_view scheme) {
    const auto value = request.header(http::field::authorization);
    if (!value || value->size() <= scheme.size() || (*value)[scheme.size()] != ' ') return std::nullopt;
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    if (!std::equal(scheme.begin(), scheme.end(), value->begin(), same)) return std::nullopt;
    return value->substr(std::min(value->find_first_not_of(' ', scheme.size()), value->size()));
}

Response unauthorized(std::string_view detail, const std::string& challenge) {
    return problem(http::status::unauthorized, detail).header(http::field::www_authenticate, challenge);
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
               c == '/';
    };
    if (!std::all_of(text.begin(), text.end() - static_cast<std::ptrdiff_t>(padding), is_digit))
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    bytes.resize(bytes.size() - padding);
    return bytes;
}

BasicAuthFilter::BasicAuthFilter(const BasicAuthConfig& config)
    : users_{config.users}, challenge_{"Basic realm=\"" + config.realm + "\", charset=\"UTF-8\""} {}

std::optional<Response> BasicAuthFilter::before(const Request& request) const {
    const auto encoded = credentials_of(request, "Basic");
    if (!encoded) return unauthorized("A user's name and password are needed.", challenge_);
    const auto pair = decode_base64(*encoded);
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos ||
        !users_.accepts(std::string_view{*pair}.substr(0, colon), std::string_view{*pair}.substr(colon + 1)))
        return unauthorized("The user's name or the password is wrong.", challenge_);
    return std::nullopt;
}

BearerAuthFilter::BearerAuthFilter(const BearerAuthConfig& config)
    : tokens_{config.tokens}, challenge_{"Bearer realm=\"" + config.realm + '"'} {}

std::optional<Response> BearerAuthFilter::before(const Request& request) const {
    const auto token = credentials_of(request, "Bearer");
    if (!token) return unauthorized("A bearer token is needed.", challenge_);
    if (tokens_.accepts(*token)) return std::nullopt;
    return unauthorized("The bearer token is not accepted.", challenge_ + ", error=\"invalid_token\"");
}

}  // namespace patchbay
