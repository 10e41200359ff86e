// What a request's body is, and the body as that.
#include "json_body.hpp"

#include <patchbay/request.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace patchbay {
namespace {

[[noreturn]] void refuse_type(std::string_view wanted, const MediaType& sent) {
    HttpError error{http::status::unsupported_media_type,
                    "the body must be " + std::string{wanted} + ", not " + sent.name};
    error.header("Accept", wanted);  // RFC 9110 §12.5.1
    throw error;
}

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view multipart_type = "multipart/form-data";

// Two boundaries would be read as one body by some and as another by others.
std::string_view only_boundary(const MediaType& type) {
    const auto is_boundary = [](const auto& parameter) { return parameter.first == "boundary"; };
    if (std::ranges::count_if(type.parameters, is_boundary) != 1)
        throw HttpError{http::status::bad_request, "the Content-Type of a form must have one boundary"};
    return std::ranges::find_if(type.parameters, is_boundary)->second;
}

}  // namespace

std::optional<MediaType> Request::content_type() const {
    const auto text = header(http::field::content_type);
    if (!text) return std::nullopt;
    if (auto type = parse_media_type(*text)) return type;
    throw HttpError{http::status::bad_request, "the Content-Type is no media type"};
}

nlohmann::json Request::json() const {
    const auto type = content_type();
    if (type && !type->is_json()) refuse_type("application/json", *type);
    return detail::parse_json_body(data_->body);
}

detail::JsonDocument Request::json_document() const { return detail::JsonDocument{json()}; }

Form Request::form() const {
    const auto type = content_type();
    if (type && type->name != form_type) refuse_type(form_type, *type);
    return Form::parse(data_->body);
}

MultipartParser Request::multipart_parser(const MultipartLimits& limits) const {
    const MediaType type = content_type().value_or(MediaType{"nothing"});
    if (type.name != multipart_type) refuse_type(multipart_type, type);
    return MultipartParser{only_boundary(type), limits};
}

Multipart Request::multipart(const MultipartLimits& limits) const {
    return Multipart::parse(data_->body, multipart_parser(limits));
}

}  // namespace patchbay
