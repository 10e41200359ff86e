// Conditional requests (RFC 9110 §13). Pure functions; any thread.
#pragma once

#include <patchbay/request.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace patchbay {

/// What a response tells two versions of a resource apart by.
struct Validators {
    std::string_view etag;  ///< with its quotes; empty: none
    std::optional<std::chrono::sys_seconds> modified;
};

enum class Precondition {
    passed,
    not_modified,  ///< the client has it already: 304
    failed         ///< 412
};

/// Evaluates If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since for a request that would
/// succeed (RFC 9110 §13.2.2). A date that is none is ignored.
Precondition check_preconditions(const detail::RequestData& request, const Validators& current);

/// Whether If-None-Match lists the tag, by the weak comparison (RFC 9110 §8.8.3.2).
bool has_in_if_none_match(const Request& request, std::string_view etag);

/// Whether If-Range, or its absence, lets a Range header count (RFC 9110 §13.1.5).
bool range_still_valid(const detail::RequestData& request, const Validators& current);

}  // namespace patchbay
