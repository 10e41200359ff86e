#include "header_rules.hpp"

#include <patchbay/request.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace patchbay {
namespace {

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// application/x-www-form-urlencoded (WHATWG URL §5.1): an escape that is none stays as it is.
std::string decode_form(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// Calls visit(encoded name, encoded value) for each pair until it returns true.
template <class Visit>
void for_each_pair(std::string_view query, Visit visit) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (visit(pair.substr(0, equals), value)) return;
    }
}

}  // namespace

namespace detail {

void throw_bad_parameter(std::string_view kind, std::string_view name, std::string_view type) {
    throw HttpError{http::status::bad_request,
                    std::string{kind} + " '" + std::string{name} + "' must be " + std::string{type}};
}

}  // namespace detail

std::string_view Request::path_param(std::string_view name) const {
    if (const auto value = data_->path_params.find(name)) return *value;
    throw std::out_of_range{"the route has no path parameter '" + std::string{name} + "'"};
}

std::optional<std::string> Request::query(std::string_view name) const {
    std::optional<std::string> found;
    for_each_pair(data_->query, [&](std::string_view key, std::string_view value) {
        const bool plain = key.find_first_of("%+") == std::string_view::npos;
        if (plain ? key != name : decode_form(key) != name) return false;
        found = decode_form(value);
        return true;
    });
    return found;
}

std::vector<std::pair<std::string, std::string>> Request::query_pairs() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    for_each_pair(data_->query, [&](std::string_view key, std::string_view value) {
        pairs.emplace_back(decode_form(key), decode_form(value));
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

nlohmann::json Request::json() const {
    try {
        return nlohmann::json::parse(data_->body);
    } catch (const nlohmann::json::parse_error& error) {
        throw HttpError{http::status::bad_request,
                        "the body is not JSON: the mistake is at byte " + std::to_string(error.byte)};
    } catch (const nlohmann::json::out_of_range&) {
        throw HttpError{http::status::bad_request, "the body is JSON with a number that is too large"};
    }
}

std::string Request::id() const {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text(16, '0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = digits[(data_->id >> (60 - 4 * i)) & 0xf];
    return text;
}

}  // namespace patchbay
