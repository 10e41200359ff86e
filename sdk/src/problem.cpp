#include <patchbay/problem.hpp>

#include <nlohmann/json.hpp>

namespace patchbay {

namespace {

nlohmann::ordered_json problem_body(http::status status, std::string_view detail) {
    const std::string_view title{http::obsolete_reason(status)};
    nlohmann::ordered_json body{
        {"type", "about:blank"}, {"title", title}, {"status", static_cast<unsigned>(status)}};
    if (!detail.empty() && detail != title) body["detail"] = detail;
    return body;
}

Response problem_response(http::status status, const nlohmann::ordered_json& body) {
    Response response{status};
    response.header("Content-Type", "application/problem+json");
    response.body() = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return response;
}

}  // namespace

Response problem(http::status status, std::string_view detail, std::string_view request_id) {
    nlohmann::ordered_json body = problem_body(status, detail);
    if (!request_id.empty()) body["error_id"] = request_id;
    return problem_response(status, body);
}

Response problem(const HttpError& error) {
    nlohmann::ordered_json body = problem_body(error.status(), error.what());
    for (const auto& [name, value] : error.extensions()) body[name] = nlohmann::ordered_json::parse(value);
    Response response = problem_response(error.status(), body);
    for (const auto& [name, value] : error.headers()) response.header(name, value);
    return response;
}

}  // namespace patchbay
