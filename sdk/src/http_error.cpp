#include "header_rules.hpp"

#include <patchbay/http_error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace patchbay {

HttpError::HttpError(http::status status, std::string_view public_text)
    : std::runtime_error{public_text.empty() ? std::string{http::obsolete_reason(status)}
                                             : std::string{public_text}},
      status_{status} {
    const auto number = static_cast<unsigned>(status);
    if (number < 300 || number > 599) {
        throw std::invalid_argument{"patchbay: an HttpError's status is between 300 and 599, not " +
                                    std::to_string(number)};
    }
}
HttpError::HttpError(const HttpError&) = default;
HttpError& HttpError::operator=(const HttpError&) = default;
HttpError::~HttpError() = default;

HttpError& HttpError::header(std::string_view name, std::string_view value) {
    detail::check_header(name, value);
    headers_.emplace_back(name, value);
    return *this;
}

HttpError& HttpError::extension(std::string_view name, const nlohmann::json& value) {
    static constexpr std::array<std::string_view, 6> taken = {"type",   "title",    "status",
                                                              "detail", "instance", "error_id"};
    if (std::find(taken.begin(), taken.end(), name) != taken.end())
        throw std::invalid_argument{"patchbay: a problem has its own member '" + std::string{name} + "'"};
    extensions_.emplace_back(name, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return *this;
}

}  // namespace patchbay
