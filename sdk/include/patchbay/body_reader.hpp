// Bodies of requests that are read while they arrive: see HandlerRef::streams_body().
#pragma once

#include <patchbay/detail/body_feed.hpp>
#include <patchbay/detail/request_data.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <optional>
#include <string>

namespace patchbay {

/// For an async handler. Lifetime: the request's. Used on the handler's loop, one read at a time.
class PATCHBAY_API BodyReader {
public:
    explicit BodyReader(detail::RequestData& request) noexcept : request_{&request} {}

    /// Some bytes, as many as there are; waits for the first. Nothing at the body's end:
    /// `while (auto bytes = co_await body.read_some())`. Whoever does not read holds the client back.
    /// Errors: HttpError when the body can't be had (413 too large, 408 too slow, 400 cut short or
    /// malformed); boost::system::system_error, operation_aborted, when the request was cancelled. Let both
    /// pass.
    Task<std::optional<std::string>> read_some();

private:
    detail::RequestData* request_;
};

/// For a blocking handler. Lifetime: the request's. One thread at a time.
class PATCHBAY_API BlockingBodyReader {
public:
    explicit BlockingBodyReader(detail::RequestData& request) noexcept : request_{&request} {}

    /// As BodyReader::read_some(); holds the thread while it waits. A cancelled request is an HttpError(503).
    std::optional<std::string> read_some();

private:
    detail::RequestData* request_;
};

}  // namespace patchbay
