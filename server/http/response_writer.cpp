#include "http/response_writer.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace patchbay {
namespace {

constexpr std::string_view ok_prefix = "HTTP/1.1 200 OK\r\nServer: patchbay\r\nDate: ";

void append_prefix(std::string& out, http::status status) {
    if (status == http::status::ok) {
        out.append(ok_prefix);
        return;
    }
    std::array<char, 8> number{};
    const auto end =
        std::to_chars(number.data(), number.data() + number.size(), static_cast<unsigned>(status)).ptr;
    const std::string_view reason{http::obsolete_reason(status)};
    out.append("HTTP/1.1 ").append(number.data(), end).append(" ").append(reason);
    out.append("\r\nServer: patchbay\r\nDate: ");
}

}  // namespace

bool may_have_body(http::status status) noexcept {
    return status != http::status::no_content && status != http::status::reset_content &&
           status != http::status::not_modified;
}

const std::string_view last_chunk = "0\r\n\r\n";

void append_chunk(std::string& out, std::string_view bytes) {
    if (bytes.empty()) return;
    std::array<char, 24> number{};
    const auto end = std::to_chars(number.data(), number.data() + number.size(), bytes.size(), 16).ptr;
    out.append(number.data(), end).append("\r\n").append(bytes).append("\r\n");
}

const std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view DateCache::now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    if (time.tv_sec != second_) {
        second_ = time.tv_sec;
        tm utc{};
        gmtime_r(&time.tv_sec, &utc);
        std::strftime(text_, sizeof text_, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    }
    return {text_, 29};
}

void append_head(std::string& out, const Response& response, std::optional<std::uint64_t> length,
                 const ResponseFraming& framing, DateCache& date) {
    append_prefix(out, response.status());
    out.append(date.now());
    if (const std::string_view type = response.factory_content_type(); !type.empty()) {
        out.append("\r\nContent-Type: ").append(type);
    }
    if (response.status() == http::status::reset_content) {
        out.append("\r\nContent-Length: 0");
    } else if (!may_have_body(response.status())) {
        // Its end is the head's (RFC 9112 §6.3).
    } else if (length) {
        std::array<char, 24> number{};
        const auto end = std::to_chars(number.data(), number.data() + number.size(), *length).ptr;
        out.append("\r\nContent-Length: ").append(number.data(), end);
    } else if (!framing.http_1_0) {
        out.append("\r\nTransfer-Encoding: chunked");
    }
    // Who says what to upgrade to says so here, too (RFC 9110 §7.8).
    const bool upgrade = response.status() == http::status::upgrade_required;
    if (!framing.keep_alive) {
        out.append(upgrade ? "\r\nConnection: close, Upgrade" : "\r\nConnection: close");
    } else if (upgrade) {
        out.append("\r\nConnection: Upgrade");
    } else if (framing.http_1_0) {
        out.append("\r\nConnection: keep-alive");
    }
    out.append("\r\n").append(response.header_lines()).append("\r\n");
}

void append_response(std::string& out, const Response& response, const ResponseFraming& framing,
                     DateCache& date) {
    append_head(out, response, response.body().size(), framing, date);
    if (may_have_body(response.status()) && !framing.head_only) out.append(response.body());
}

}  // namespace patchbay
