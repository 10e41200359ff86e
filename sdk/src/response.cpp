#include "header_rules.hpp"

#include <patchbay/response.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace patchbay {
namespace {

constexpr std::string_view content_type_name = "Content-Type";

// Calls visit(name, value, line) for each "Name: value\r\n" until it returns true.
template <class Visit>
void for_each_line(std::string_view lines, Visit visit) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n") + 2);
        const std::size_t colon = line.find(':');
        if (visit(line.substr(0, colon), line.substr(colon + 2, line.size() - colon - 4), line)) return;
        lines.remove_prefix(line.size());
    }
}

}  // namespace

const std::string_view Response::text_type = "text/plain; charset=utf-8";
const std::string_view Response::html_type = "text/html; charset=utf-8";
const std::string_view Response::json_type = "application/json";

Response Response::json(const nlohmann::json& value) {
    return json_text(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Response Response::bytes(std::string body, std::string_view content_type) {
    Response response{std::move(body), {}};
    response.header(content_type_name, content_type);
    return response;
}

Response Response::bytes(std::span<const std::byte> body, std::string_view content_type) {
    return bytes(std::string{reinterpret_cast<const char*>(body.data()), body.size()}, content_type);
}

Response Response::redirect(std::string_view location, http::status status) {
    using enum http::status;
    if (status != moved_permanently && status != found && status != see_other &&
        status != temporary_redirect && status != permanent_redirect) {
        throw std::invalid_argument{"patchbay: a redirect's status is 301, 302, 303, 307 or 308"};
    }
    Response response{status};
    response.header("Location", location);
    return response;
}

Response& Response::status(http::status status) & {
    const auto number = static_cast<unsigned>(status);
    if (number < 200 || number > 599) {
        throw std::invalid_argument{"patchbay: a response's status is between 200 and 599, not " +
                                    std::to_string(number)};
    }
    status_ = status;
    return *this;
}

Response& Response::header(std::string_view name, std::string_view value) & {
    detail::check_header(name, value);
    if (detail::equal_ignoring_case(name, content_type_name)) {
        content_type_ = {};
        for_each_line(headers_, [this](std::string_view other, std::string_view, std::string_view line) {
            if (!detail::equal_ignoring_case(other, content_type_name)) return false;
            headers_.erase(static_cast<std::size_t>(line.data() - headers_.data()), line.size());
            return true;
        });
    }
    headers_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

Response& Response::header(http::field name, std::string_view value) & {
    return header(std::string_view{http::to_string(name)}, value);
}

std::string_view Response::content_type() const noexcept {
    return find_header(content_type_name).value_or(std::string_view{});
}

std::optional<std::string_view> Response::find_header(std::string_view name) const noexcept {
    if (!content_type_.empty() && detail::equal_ignoring_case(name, content_type_name)) return content_type_;
    std::optional<std::string_view> found;
    for_each_line(headers_, [&](std::string_view other, std::string_view value, std::string_view) {
        if (!detail::equal_ignoring_case(other, name)) return false;
        found = value;
        return true;
    });
    return found;
}

}  // namespace patchbay
