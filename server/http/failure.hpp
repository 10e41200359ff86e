// What is said when code behind a request throws: a line for the log, and an answer that shows the caller
// nothing of it but the id to ask about. Stateless; any thread.
#pragma once

#include <patchbay/request.hpp>
#include <patchbay/response.hpp>

#include <string>
#include <string_view>

namespace patchbay {

/// What the exception that is being handled says of itself. Preconditions: one is.
std::string what_was_thrown();

/// "WHO failed: WHAT · METHOD PATH · error id ID"
std::string failure_line(const Request& request, std::string_view who, std::string_view what);

/// The 500 that goes with it. `id` is Request::id().
Response failure_answer(std::string_view id);

}  // namespace patchbay
