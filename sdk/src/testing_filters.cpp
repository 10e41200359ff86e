// Filters in testing::App: what stands around the handler of a FakeRequest, in one task.
#include "testing_request.hpp"

#include <patchbay/blocking.hpp>

#include <algorithm>

namespace patchbay::detail {

void FakeRequest::add_filters(const Handlers& handlers, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        for (const FilterEntry& filter : handlers.filters()) {
            if (filter.name != name) continue;
            if (std::find(filters_.begin(), filters_.end(), &filter) == filters_.end())
                filters_.push_back(&filter);
        }
    }
}

// As the host runs them: each `after` of those whose `before` has let the request pass or has answered it.
Task<Response> FakeRequest::run_filtered() {
    std::optional<Response> answer;
    std::size_t entered = 0;
    for (const FilterEntry* filter : filters_) {
        in_filter_ = filter;
        try {
            answer = co_await run_before(*filter);
            ++entered;
        } catch (...) {
            answer = response_of([]() -> Response { throw; });
        }
        if (answer) break;
    }
    in_filter_ = nullptr;
    Response response;
    if (answer) {
        response = *std::move(answer);
    } else {
        response = co_await run_entry();
    }
    settled_ = true;
    while (entered > 0) {
        in_filter_ = filters_[--entered];
        try {
            co_await run_after(*in_filter_, response);
        } catch (...) {
            response = response_of([]() -> Response { throw; });
        }
    }
    co_return response;
}

Task<Response> FakeRequest::run_entry() {
    Response response;
    try {
        switch (entry_->kind) {
            case HandlerKind::async:
                response = co_await entry_->async(request_);
                break;
            case HandlerKind::inline_:
                response = entry_->plain(request_);
                break;
            case HandlerKind::blocking:
                response = co_await run_blocking([this] { return entry_->plain(request_); });
                break;
        }
    } catch (...) {
        response = response_of([]() -> Response { throw; });
        co_return response;
    }
    response = response_of([&] { return std::move(response); });
    co_return response;
}

Task<std::optional<Response>> FakeRequest::run_before(const FilterEntry& filter) {
    std::optional<Response> answer;
    if (filter.before) answer = filter.before(request_);
    if (filter.before_async) answer = co_await filter.before_async(request_);
    co_return answer;
}

Task<> FakeRequest::run_after(const FilterEntry& filter, Response& response) {
    if (filter.after) filter.after(request_, response);
    if (filter.after_async) co_await filter.after_async(request_, response);
}

}  // namespace patchbay::detail
