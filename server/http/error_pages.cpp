#include "http/error_pages.hpp"

#include "http/header_lines.hpp"

#include <optional>
#include <utility>

namespace patchbay {
namespace {

constexpr std::string_view problem_type = "application/problem+json";

}  // namespace

void ErrorPages::add(unsigned status, std::string text, std::string_view content_type) {
    const std::string_view name = trimmed(content_type.substr(0, content_type.find(';')));
    pages_[status] = {std::move(text), std::string{content_type}, std::string{name}};
}

void ErrorPages::show(const Request& request, Response& response) const {
    const auto found = pages_.find(static_cast<unsigned>(response.status()));
    if (found == pages_.end() || response.source()) return;
    const Page& page = found->second;
    const bool has_problem = response.content_type() == problem_type;
    if (!has_problem && !(response.body().empty() && response.content_type().empty())) return;
    response.vary("Accept");
    const auto preferred =
        has_problem ? request.accepts({problem_type, page.type_name}) : request.accepts({page.type_name});
    if (preferred != page.type_name) return;
    Response shown = Response::bytes(page.text, page.content_type).status(response.status());
    for_each_header(response, [&](std::string_view name, std::string_view value) {
        if (!equal_ignoring_case(name, "Content-Type")) shown.header(name, value);
    });
    response = std::move(shown);
}

}  // namespace patchbay
