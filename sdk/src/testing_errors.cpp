// What testing::App answers when a handler or a filter has thrown, and what the plugin's own translations and
// pages make of it: as the host does.
#include "testing_request.hpp"

#include <patchbay/problem.hpp>

#include <exception>

namespace patchbay::detail {

Response FakeRequest::response_of(const std::function<Response()>& produce) noexcept {
    Response response;
    const bool of_handler = entry_->errors && !in_filter_ && !settled_;
    const auto answer_to = [&](auto otherwise) {
        auto own = of_handler ? own_answer() : std::nullopt;
        response = own ? *std::move(own) : otherwise();
    };
    try {
        response = produce();
    } catch (const HttpError& error) {
        answer_to([&] { return problem(error); });
    } catch (const std::exception& error) {
        answer_to([&] { return failure(error.what()); });
    } catch (...) {
        answer_to([&] { return failure("an exception that is no std::exception"); });
    }
    if (of_handler) apply_page(response);
    return response;
}

// What the plugin makes of the exception that is being handled; nothing if it has no translation for it.
std::optional<Response> FakeRequest::own_answer() noexcept {
    if (cancelled) return std::nullopt;
    try {
        return entry_->errors->translate(request_, std::current_exception());
    } catch (const std::exception& error) {
        return failure(error.what());
    } catch (...) {
        return failure("an exception that is no std::exception");
    }
}

void FakeRequest::apply_page(Response& response) noexcept {
    try {
        entry_->errors->apply(request_, response);
    } catch (const std::exception& error) {
        response = failure(error.what());
    } catch (...) {
        response = failure("an exception that is no std::exception");
    }
}

Response FakeRequest::failure(const char* what) {
    if (cancelled) return problem(http::status::service_unavailable, "The request was cancelled.");
    return problem(http::status::internal_server_error, "The server failed to handle this request.",
                   log_failure(what));
}

std::string FakeRequest::log_failure(const char* what) {
    std::string id = request_.id();
    const std::string who = in_filter_ ? "filter " + in_filter_->name : "handler " + entry_->name;
    log_error(who, " failed: ", what, " · ", data_.method_name, " ", data_.path, " · error id ", id);
    return id;
}

}  // namespace patchbay::detail
