#include "http/filters/rate_limit.hpp"

#include <patchbay/detail/trusted_proxies.hpp>
#include <patchbay/problem.hpp>

#include <chrono>

namespace patchbay {

RateLimitFilter::RateLimitFilter(const RateLimitConfig& config)
    : header_{config.header},
      buckets_{{config.requests, config.per, config.burst ? config.burst : config.requests}, config.keys} {}

std::optional<Response> RateLimitFilter::before(const Request& request) const {
    const auto wait = buckets_.take(key_of(request), TokenBuckets::Clock::now());
    if (!wait) return std::nullopt;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    return problem(http::status::too_many_requests, "Too many requests. Try again later.")
        .header(http::field::retry_after, std::to_string(seconds));
}

std::uint64_t RateLimitFilter::key_of(const Request& request) const {
    if (!header_.empty()) {
        if (const auto value = request.header(header_))
            return siphash(sip_key_, "header:" + std::string{*value});
    }
    // Those whose trusted proxy hides them share its bucket.
    const auto client = request.client_address();
    const auto address = client ? *client : detail::unmapped(request.peer().address());
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return siphash(sip_key_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    const auto bytes = address.to_v6().to_bytes();
    return siphash(sip_key_, {reinterpret_cast<const char*>(bytes.data()), 8});
}

}  // namespace patchbay
