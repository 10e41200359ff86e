#include "header_rules.hpp"
#include "json_text.hpp"

#include <patchbay/response.hpp>

#include <stdexcept>

namespace patchbay {
namespace {

constexpr std::string_view content_type_name = "Content-Type";
constexpr std::string_view bytes_type =
    "application/octet-stream";  // what Response::bytes() says unless told otherwise

// The first line "name: value\r\n" of that name, or nothing. Lines hold no other line feed.
std::string_view find_line(std::string_view lines, std::string_view name) noexcept {
    while (lines.size() > name.size()) {
        const std::size_t size = lines.find('\n') + 1;
        if (size > name.size() && lines[name.size()] == ':' &&
            detail::equal_ignoring_case(lines.substr(0, name.size()), name))
            return lines.substr(0, size);
        lines.remove_prefix(size);
    }
    return {};
}

}  // namespace

const std::string_view Response::text_type = "text/plain; charset=utf-8";
const std::string_view Response::html_type = "text/html; charset=utf-8";
const std::string_view Response::json_type = "application/json";

Response Response::json(const nlohmann::json& value) { return json_text(detail::json_text(value)); }

Response Response::json(std::initializer_list<JsonMember> members) {
    return json_text(detail::json_text(members));
}

Response Response::bytes(detail::BodyText body, std::string_view content_type) {
    if (content_type == bytes_type) return {std::move(body.text), bytes_type};
    Response response{std::move(body.text), {}};
    response.header(content_type_name, content_type);
    return response;
}

Response Response::bytes(std::span<const std::byte> body, std::string_view content_type) {
    return bytes(std::string{reinterpret_cast<const char*>(body.data()), body.size()}, content_type);
}

Response Response::file(File file, std::string_view content_type) {
    Response response;
    response.header(content_type_name, content_type.empty() ? media_type_of(file.name()) : content_type);
    response.source_ = std::make_shared<const detail::BodySource>(std::move(file));
    return response;
}

Response Response::stream(BodyProducer producer, std::string_view content_type) {
    Response response;
    response.header(content_type_name, content_type);
    response.source_ = std::make_shared<const detail::BodySource>(std::move(producer));
    return response;
}

Response Response::stream_blocking(BlockingBodyProducer producer, std::string_view content_type) {
    Response response;
    response.header(content_type_name, content_type);
    response.source_ = std::make_shared<const detail::BodySource>(std::move(producer));
    return response;
}

Response Response::websocket(Response answer, detail::WebSocketOffer offer) {
    answer.status_ = http::status::switching_protocols;
    answer.source_ = std::make_shared<const detail::BodySource>(std::move(offer));
    return answer;
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
        if (const std::string_view line = find_line(headers_, name); !line.empty())
            headers_.erase(static_cast<std::size_t>(line.data() - headers_.data()), line.size());
    }
    headers_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

// The quoted form is for clients that don't know the extended one (RFC 8187), so it is plain ASCII.
Response& Response::attachment(std::string_view file_name) & {
    static constexpr std::string_view hex = "0123456789ABCDEF";
    static constexpr std::string_view plain_marks = "!#$&+-.^_`|~";  // attr-char of RFC 8187 §3.2.1
    std::string quoted;
    std::string encoded;
    for (const char c : file_name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            throw std::invalid_argument{"patchbay: the name of an attachment holds a control character"};
        quoted += byte > 0x7f || c == '"' || c == '\\' || c == '%' ? '_' : c;
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain_marks.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded.append({'%', hex[byte >> 4], hex[byte & 0xf]});
        }
    }
    std::string value = "attachment; filename=\"" + quoted + '"';
    if (quoted != file_name) value += "; filename*=UTF-8''" + encoded;
    return header("Content-Disposition", value);
}

Response& Response::header(http::field name, std::string_view value) & {
    return header(std::string_view{http::to_string(name)}, value);
}

std::string_view Response::content_type() const noexcept {
    return find_header(content_type_name).value_or(std::string_view{});
}

std::optional<std::string_view> Response::find_header(std::string_view name) const noexcept {
    if (!content_type_.empty() && detail::equal_ignoring_case(name, content_type_name)) return content_type_;
    std::string_view line = find_line(headers_, name);
    if (line.empty()) return std::nullopt;
    line.remove_prefix(name.size() + 2);
    line.remove_suffix(2);
    return line;
}

}  // namespace patchbay
