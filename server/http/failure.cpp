#include "http/failure.hpp"

#include <patchbay/problem.hpp>

#include <exception>

namespace patchbay {

std::string what_was_thrown() {
    try {
        throw;
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

std::string failure_line(const Request& request, std::string_view who, std::string_view what) {
    std::string line{who};
    line.append(" failed: ").append(what).append(" · ").append(request.method_name()).append(" ");
    return line.append(request.path()).append(" · error id ").append(request.id());
}

Response failure_answer(std::string_view id) {
    return problem(http::status::internal_server_error, "The server failed to handle this request.", id);
}

}  // namespace patchbay
