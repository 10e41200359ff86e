// What the access log is told of a request, and the parts of it that a line shows. Used on the request's
// loop.
#pragma once

#include "http/published_routes.hpp"

#include <patchbay/detail/request_data.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace patchbay {

/// What is known of a request when its answer begins. Views, used at once.
struct AccessRequest {
    static constexpr std::size_t shown_beginning = 256;  ///< of one whose head could not be read

    const detail::RequestData* data = nullptr;  ///< null when its head could not be read
    std::string_view beginning;                 ///< then, its first bytes
    boost::asio::ip::address client;
    bool https = false;
    std::uint64_t body_bytes = 0;
    const EndpointLabel* endpoint = nullptr;  ///< null when none was chosen
    bool has_id = false;
};

/// The first of that name; empty when there is none.
std::string_view header_of(const detail::RequestData& data, http::field name) noexcept;

/// The first line of a request whose head could not be read, or its beginning.
std::string_view beginning_of(const AccessRequest& request) noexcept;

/// As they were sent, in whichever form (RFC 9112 §3.2).
struct TargetParts {
    std::string_view path;
    std::string_view query;
};
TargetParts parts_of(std::string_view target) noexcept;

}  // namespace patchbay
