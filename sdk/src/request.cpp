#include "form_encoding.hpp"
#include "header_rules.hpp"

#include <patchbay/detail/generation_info.hpp>
#include <patchbay/detail/hint_sink.hpp>
#include <patchbay/detail/lease.hpp>
#include <patchbay/detail/route_names.hpp>
#include <patchbay/detail/thread_state.hpp>
#include <patchbay/negotiation.hpp>
#include <patchbay/request.hpp>

#include <stdexcept>

namespace patchbay {
namespace {

// The lines of a list-valued header as one (RFC 9110 §5.3).
std::string joined(std::span<const HeaderField> headers, http::field name) {
    std::string list;
    for (const HeaderField& field : headers)
        if (field.id == name) list.append(list.empty() ? "" : ", ").append(field.value);
    return list;
}

}  // namespace

namespace detail {

void throw_bad_parameter(std::string_view kind, std::string_view name, std::string_view type) {
    throw HttpError{http::status::bad_request,
                    std::string{kind} + " '" + std::string{name} + "' must be " + std::string{type}};
}

}  // namespace detail

std::string_view Request::path_param(std::string_view name) const {
    for (const auto& param : data_->path_params)
        if (param.name == name) return param.value;
    throw std::out_of_range{"the route has no path parameter '" + std::string{name} + "'"};
}

std::optional<std::string> Request::query(std::string_view name) const {
    std::optional<std::string> found;
    detail::for_each_pair(data_->query, [&](std::string_view key, std::string_view value) {
        if (!detail::names(key, name)) return false;
        found = detail::decode_form(value);
        return true;
    });
    return found;
}

std::vector<std::string> Request::query_all(std::string_view name) const {
    std::vector<std::string> values;
    detail::for_each_pair(data_->query, [&](std::string_view key, std::string_view value) {
        if (detail::names(key, name)) values.push_back(detail::decode_form(value));
        return false;
    });
    return values;
}

std::vector<std::pair<std::string, std::string>> Request::query_pairs() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    detail::for_each_pair(data_->query, [&](std::string_view key, std::string_view value) {
        pairs.emplace_back(detail::decode_form(key), detail::decode_form(value));
        return false;
    });
    return pairs;
}

std::optional<std::string_view> Request::header(std::string_view name) const noexcept {
    for (const HeaderField& field : data_->headers)
        if (detail::equal_ignoring_case(field.name, name)) return field.value;
    return std::nullopt;
}

std::optional<std::string_view> Request::header(http::field name) const noexcept {
    if (name == http::field::unknown) return std::nullopt;
    for (const HeaderField& field : data_->headers)
        if (field.id == name) return field.value;
    return std::nullopt;
}

std::optional<std::string_view> Request::trailer(std::string_view name) const noexcept {
    for (const HeaderField& field : data_->trailers)
        if (detail::equal_ignoring_case(field.name, name)) return field.value;
    return std::nullopt;
}

std::optional<std::string_view> Request::accepts(std::initializer_list<std::string_view> offers) const {
    return best_media_type(joined(data_->headers, http::field::accept), {offers.begin(), offers.size()});
}

std::optional<std::string_view> Request::accepts_language(
    std::initializer_list<std::string_view> offers) const {
    return best_language(joined(data_->headers, http::field::accept_language),
                         {offers.begin(), offers.size()});
}

std::string Request::url_for(std::string_view handler, FieldList values) const {
    if (!data_->route_names)
        throw std::invalid_argument{"patchbay: no handler '" + std::string{handler} + "' is served"};
    const detail::LeaseBlock* const plugin = detail::thread_state.lease;
    if (handler.find('.') != std::string_view::npos || !plugin)
        return data_->route_names->path_of(handler, values);
    return data_->route_names->path_of(plugin->generation().plugin + '.' + std::string{handler}, values);
}

void Request::send_early_hints(FieldList headers) const {
    for (const auto& [name, value] : headers) detail::check_header(name, value);
    if (data_->hints && data_->version >= 11 && headers.size() > 0) data_->hints->send_hints(headers);
}

std::string Request::id() const {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = digits[(data_->id >> (60 - 4 * i)) & 0xf];
    return text;
}

}  // namespace patchbay
