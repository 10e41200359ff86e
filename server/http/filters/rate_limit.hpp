// Lets each client make so many requests in a time.
#pragma once

#include "config/filter_config.hpp"
#include "http/filters/filter.hpp"
#include "http/filters/siphash.hpp"
#include "http/filters/token_buckets.hpp"

#include <string>

namespace patchbay {

/// 429 with Retry-After (RFC 6585 §4) when the bucket is empty. The key is a header's value or
/// Request::client_address(); of IPv6 its first 64 bits, since one client has all that begin with them.
class RateLimitFilter final : public Filter {
public:
    explicit RateLimitFilter(const RateLimitConfig& config);
    std::optional<Response> before(const Request& request) const override;

private:
    std::uint64_t key_of(const Request& request) const;

    std::string header_;
    SipKey sip_key_ = random_sip_key();
    mutable TokenBuckets buckets_;  // of atomics
};

}  // namespace patchbay
