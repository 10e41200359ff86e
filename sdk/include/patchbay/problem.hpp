// Errors as HTTP responses: the one place that turns a status or an HttpError into a body.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/http_error.hpp>
#include <patchbay/response.hpp>

#include <string_view>

namespace patchbay {

/// An application/problem+json response (RFC 9457). `request_id`, when given, is the error id to look for in
/// the log.
PATCHBAY_API Response problem(http::status status, std::string_view detail = {},
                              std::string_view request_id = {});
PATCHBAY_API Response problem(const HttpError& error);

}  // namespace patchbay
