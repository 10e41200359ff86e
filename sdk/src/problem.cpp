#include <patchbay/problem.hpp>

#include <nlohmann/json.hpp>

namespace patchbay {

Response problem(http::status status, std::string_view detail, std::string_view request_id) {
    const std::string_view title{http::obsolete_reason(status)};
    nlohmann::ordered_json body{
        {"type", "about:blank"}, {"title", title}, {"status", static_cast<unsigned>(status)}};
    if (!detail.empty() && detail != title) body["detail"] = detail;
    if (!request_id.empty()) body["error_id"] = request_id;
    Response response{status};
    response.header("Content-Type", "application/problem+json");
    response.body() = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return response;
}

Response problem(const HttpError& error) {
    Response response = problem(error.status(), error.what());
    for (const auto& [name, value] : error.headers()) response.header(name, value);
    return response;
}

}  // namespace patchbay
