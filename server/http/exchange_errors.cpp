// What an exchange answers when its handler, a filter or a stream has thrown, and what the plugin's own
// translations and pages make of it.
#include "http/exchange.hpp"
#include "http/failure.hpp"
#include "http/filter_run.hpp"
#include "log/logger.hpp"

#include <patchbay/problem.hpp>

#include <exception>

namespace patchbay {

using http::status;

// What the plugin makes of the exception that is being handled; nothing if it has no translation for it.
std::optional<Response> Exchange::own_answer() noexcept {
    if (!handler_->errors || cancelled) return std::nullopt;
    try {
        return handler_->errors->translate(*request_, std::current_exception());
    } catch (...) {
        return failure(what_was_thrown().c_str());
    }
}

void Exchange::apply_page() noexcept {
    try {
        handler_->errors->apply(*request_, response_);
    } catch (...) {
        response_ = failure(what_was_thrown().c_str());
    }
}

Response Exchange::busy() {
    return problem(status::service_unavailable, "The server is busy. Try again shortly.")
        .header("Retry-After", "1");
}

Response Exchange::failure(const char* what) {
    if (cancelled) return problem(status::service_unavailable, "The request was cancelled.");
    return failure_answer(log_failure(what));
}

std::string Exchange::log_failure(const char* what) {
    const Request request{parser_.request()};
    const std::string who = in_step_   ? "filter " + filter_run_->step().entry->name
                            : handler_ ? "handler " + handler_->name
                                       : "stream";
    services_->log->write(LogLevel::error, generation_->info->plugin, failure_line(request, who, what));
    return request.id();
}

}  // namespace patchbay
