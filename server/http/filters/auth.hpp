// Asks for who is there: by name and password (RFC 7617), or by a bearer token (RFC 6750).
#pragma once

#include "http/filters/credentials.hpp"
#include "http/filters/filter.hpp"

#include <string>
#include <string_view>

namespace patchbay {

/// 401 with a challenge to requests without a user's name and password.
class BasicAuthFilter final : public Filter {
public:
    explicit BasicAuthFilter(const BasicAuthConfig& config);
    std::optional<Response> before(const Request& request) const override;

private:
    Credentials users_;
    std::string challenge_;
};

/// 401 with a challenge to requests without a token, or with a wrong one. Only the Authorization header is
/// looked at (RFC 6750 §2.1).
class BearerAuthFilter final : public Filter {
public:
    explicit BearerAuthFilter(const BearerAuthConfig& config);
    std::optional<Response> before(const Request& request) const override;

private:
    Credentials tokens_;
    std::string challenge_;
};

/// The bytes that the text stands for; nothing when it is not base64 with its padding (RFC 4648 §4).
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace patchbay
