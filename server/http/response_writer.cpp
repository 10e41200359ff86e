#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <limits>

namespace patchbay {
namespace {

// What a head says for the host: short pieces, put together on the stack to be appended at once.
class HeadText {
public:
    static constexpr std::string_view server_and_date = "\r\nServer: patchbay\r\nDate: ";
    static constexpr std::string_view content_type = "\r\nContent-Type: ";
    static constexpr std::string_view content_length = "\r\nContent-Length: ";
    static constexpr std::string_view chunked = "\r\nTransfer-Encoding: chunked";
    static constexpr std::string_view close_and_upgrade = "\r\nConnection: close, Upgrade";
    static constexpr std::size_t date_size = 29;
    static constexpr std::size_t longest_type = 64;

    void put(std::string_view piece) noexcept {
        std::memcpy(end_, piece.data(), piece.size());
        end_ += piece.size();
    }
    void put(std::uint64_t number) noexcept {
        end_ = std::to_chars(end_, bytes_ + sizeof bytes_, number).ptr;
    }
    void put_status_line(http::status status) noexcept {
        if (status == http::status::ok) return put("HTTP/1.1 200 OK");
        put("HTTP/1.1 ");
        put(static_cast<std::uint64_t>(status));
        put(" ");
        const auto reason = http::obsolete_reason(status);
        put({reason.data(), reason.size()});
    }
    std::string_view text() const noexcept { return {bytes_, static_cast<std::size_t>(end_ - bytes_)}; }

    void clear() noexcept { end_ = bytes_; }

private:
    static constexpr std::size_t capacity = 256 + longest_type;
    static constexpr std::size_t longest_number = std::numeric_limits<std::uint64_t>::digits10 + 1;
    static constexpr std::size_t longest_reason = 31;  // of Beast's: Network Authentication Required
    static constexpr std::size_t longest_framing =
        std::max(content_length.size() + longest_number, chunked.size());
    static_assert(std::string_view{"HTTP/1.1  \r\n\r\n"}.size() + longest_number + longest_reason +
                      server_and_date.size() + date_size + content_type.size() + longest_type +
                      longest_framing + close_and_upgrade.size() <=
                  capacity);

    char bytes_[capacity];
    char* end_ = bytes_;
};

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

std::string early_hints(FieldList fields) {
    std::string response = "HTTP/1.1 103 Early Hints\r\n";
    for (const auto& [name, value] : fields) response.append(name).append(": ").append(value).append("\r\n");
    return response.append("\r\n");
}

std::string_view DateCache::now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    if (time.tv_sec != second_) {
        second_ = time.tv_sec;
        tm utc{};
        gmtime_r(&time.tv_sec, &utc);
        std::strftime(text_, sizeof text_, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    }
    return {text_, HeadText::date_size};
}

void append_head(std::string& out, const Response& response, std::optional<std::uint64_t> length,
                 const ResponseFraming& framing, DateCache& date) {
    HeadText head;
    head.put_status_line(response.status());
    head.put(HeadText::server_and_date);
    head.put(date.now());
    if (const std::string_view type = response.factory_content_type(); !type.empty()) {
        head.put(HeadText::content_type);
        if (type.size() <= HeadText::longest_type) {
            head.put(type);
        } else {
            out.append(head.text()).append(type);
            head.clear();
        }
    }
    if (response.status() == http::status::reset_content) {
        head.put("\r\nContent-Length: 0");
    } else if (!may_have_body(response.status())) {
        // Its end is the head's (RFC 9112 §6.3).
    } else if (length) {
        head.put(HeadText::content_length);
        head.put(*length);
    } else if (!framing.http_1_0) {
        head.put(HeadText::chunked);
    }
    // Who says what to upgrade to says so here, too (RFC 9110 §7.8).
    const bool upgrade = response.status() == http::status::upgrade_required;
    if (!framing.keep_alive) {
        head.put(upgrade ? HeadText::close_and_upgrade : "\r\nConnection: close");
    } else if (upgrade) {
        head.put("\r\nConnection: Upgrade");
    } else if (framing.http_1_0) {
        head.put("\r\nConnection: keep-alive");
    }
    head.put("\r\n");
    if (response.header_lines().empty()) {
        head.put("\r\n");
        out.append(head.text());
    } else {
        out.append(head.text()).append(response.header_lines()).append("\r\n");
    }
}

void append_response(std::string& out, const Response& response, const ResponseFraming& framing,
                     DateCache& date) {
    append_head(out, response, response.body().size(), framing, date);
    if (may_have_body(response.status()) && !framing.head_only) out.append(response.body());
}

}  // namespace patchbay
