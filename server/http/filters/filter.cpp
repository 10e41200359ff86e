#include "http/filters/filter.hpp"

namespace patchbay {

using http::field;

bool is_preflight(const Request& request) noexcept {
    return request.method() == http::verb::options && request.header(field::origin) &&
           request.header(field::access_control_request_method);
}

std::optional<Response> run_before(const FilterChain& chain, detail::RequestData& data) {
    const Request request{data};
    if (is_preflight(request)) {
        for (const auto& filter : chain.filters) {
            if (auto answer = filter->preflight(request)) return answer;
        }
        for (const InnerFilter& filter : chain.inner) {
            if (!filter.own) continue;
            if (auto answer = filter.own->preflight(request)) return answer;
        }
    }
    for (const auto& filter : chain.filters) {
        if (auto answer = filter->before(request)) return answer;
    }
    return std::nullopt;
}

void run_after(const FilterChain& chain, detail::RequestData& data, Response& response, bool inner_too) {
    const Request request{data};
    for (auto filter = chain.inner.rbegin(); inner_too && filter != chain.inner.rend(); ++filter)
        if (filter->own) filter->own->after(request, response);
    for (auto filter = chain.filters.rbegin(); filter != chain.filters.rend(); ++filter)
        (*filter)->after(request, response);
}

std::optional<CodedAnswer> run_code(const FilterChain& chain, detail::RequestData& data, Response& response,
                                    BodyForm form) {
    const Request request{data};
    for (auto filter = chain.inner.rbegin(); filter != chain.inner.rend(); ++filter) {
        if (!filter->own) continue;
        if (auto coded = filter->own->code(request, response, form)) return coded;
    }
    for (auto filter = chain.filters.rbegin(); filter != chain.filters.rend(); ++filter) {
        if (auto coded = (*filter)->code(request, response, form)) return coded;
    }
    return std::nullopt;
}

}  // namespace patchbay
