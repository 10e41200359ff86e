#include "http/filters/filter.hpp"

#include "http/failure.hpp"
#include "log/logger.hpp"

#include <utility>

namespace patchbay {

using http::field;

namespace {

// In a handler of exceptions. What may be thrown here as well, with no memory left, ends the process.
Response filter_failure(const Request& request, Logger& log) noexcept {
    log.error(failure_line(request, "a filter of the configuration", what_was_thrown()));
    return failure_answer(request.id());
}

std::optional<Response> preflight_answer(const FilterChain& chain, const Request& request) {
    for (const auto& filter : chain.filters) {
        if (auto answer = filter->preflight(request)) return answer;
    }
    for (const InnerFilter& filter : chain.inner) {
        if (!filter.own) continue;
        if (auto answer = filter.own->preflight(request)) return answer;
    }
    return std::nullopt;
}

std::optional<CodedAnswer> first_coded(const FilterChain& chain, const Request& request, Response& response,
                                       BodyForm form) {
    for (auto filter = chain.inner.rbegin(); filter != chain.inner.rend(); ++filter) {
        if (!filter->own) continue;
        if (auto coded = filter->own->code(request, response, form)) return coded;
    }
    for (auto filter = chain.filters.rbegin(); filter != chain.filters.rend(); ++filter) {
        if (auto coded = (*filter)->code(request, response, form)) return coded;
    }
    return std::nullopt;
}

}  // namespace

bool is_preflight(const Request& request) noexcept {
    return request.method() == http::verb::options && request.header(field::origin) &&
           request.header(field::access_control_request_method);
}

std::optional<Response> run_before(const Filter& filter, const Request& request, Logger& log) noexcept {
    try {
        return filter.before(request);
    } catch (...) {
        return filter_failure(request, log);
    }
}

std::optional<Response> run_before(const FilterChain& chain, detail::RequestData& data,
                                   Logger& log) noexcept {
    const Request request{data};
    if (is_preflight(request)) {
        try {
            if (auto answer = preflight_answer(chain, request)) return answer;
        } catch (...) {
            return filter_failure(request, log);
        }
    }
    for (const auto& filter : chain.filters) {
        if (auto answer = run_before(*filter, request, log)) return answer;
    }
    return std::nullopt;
}

bool run_after(const Filter& filter, const Request& request, Response& response, Logger& log,
               BodyForm form) noexcept {
    try {
        filter.after(request, response);
        return true;
    } catch (...) {
        Response failed = filter_failure(request, log);
        if (form == BodyForm::whole) response = std::move(failed);
        return false;
    }
}

bool run_after(const FilterChain& chain, detail::RequestData& data, Response& response, bool inner_too,
               BodyForm form, Logger& log) noexcept {
    const Request request{data};
    bool well = true;
    for (auto filter = chain.inner.rbegin(); inner_too && filter != chain.inner.rend(); ++filter)
        if (filter->own) well = run_after(*filter->own, request, response, log, form) && well;
    for (auto filter = chain.filters.rbegin(); filter != chain.filters.rend(); ++filter)
        well = run_after(**filter, request, response, log, form) && well;
    return well;
}

std::optional<CodedAnswer> run_code(const FilterChain& chain, detail::RequestData& data, Response& response,
                                    BodyForm form, Logger& log) noexcept {
    const Request request{data};
    try {
        return first_coded(chain, request, response, form);
    } catch (...) {
        Response failed = filter_failure(request, log);
        if (form == BodyForm::whole) response = std::move(failed);
        return std::nullopt;
    }
}

}  // namespace patchbay
