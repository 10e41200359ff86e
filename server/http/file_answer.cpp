#include "http/file_answer.hpp"

#include "http/byte_ranges.hpp"
#include "http/header_lines.hpp"
#include "http/http_date.hpp"
#include "http/preconditions.hpp"

#include <patchbay/problem.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <utility>

namespace patchbay {
namespace {

using http::field;
using http::status;

// Size and time tell two states of a file apart; the coding, a file from its compressed sibling.
std::string etag_of(const Response& response) {
    char text[40];
    const File& file = *response.file();
    const int length =
        std::snprintf(text, sizeof text, "%llx-%llx", static_cast<unsigned long long>(file.size()),
                      static_cast<unsigned long long>(file.modified().time_since_epoch().count()));
    std::string etag = '"' + std::string(text, static_cast<std::size_t>(length));
    if (const auto coding = response.find_header("Content-Encoding")) etag.append("-").append(*coding);
    return etag + '"';
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' +
           std::to_string(size);
}

// Random, so that no file can hold it on purpose (RFC 2046 §5.1.1).
std::string new_boundary() {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    char text[40];
    const int length =
        std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(random()),
                      static_cast<unsigned long long>(random()));
    return {text, static_cast<std::size_t>(length)};
}

std::optional<std::vector<ByteRange>> ranges_asked_for(const detail::RequestData& request,
                                                       const Validators& validators, std::uint64_t size) {
    // A Range in any other method is without meaning (RFC 9110 §14.2).
    if (request.method != http::verb::get) return std::nullopt;
    const auto is_range = [](const HeaderField& line) { return line.id == field::range; };
    if (std::ranges::count_if(request.headers, is_range) != 1) return std::nullopt;
    if (!range_still_valid(request, validators)) return std::nullopt;
    return parse_ranges(std::ranges::find_if(request.headers, is_range)->value, size);
}

// Whether a header line of the file's answer says nothing of its bytes, and so belongs to a refusal as well:
// what filters have added above all. Of what may be kept of the file nothing is said of the refusal, but that
// it must not be.
bool outlives_file(std::string_view name, std::string_view value) {
    static constexpr std::array<std::string_view, 15> of_the_file{"Content-Type",     "Content-Encoding",
                                                                  "Content-Language", "Content-Location",
                                                                  "Content-Range",    "Content-MD5",
                                                                  "Content-Digest",   "Repr-Digest",
                                                                  "Digest",           "ETag",
                                                                  "Last-Modified",    "Content-Disposition",
                                                                  "Expires",          "Age",
                                                                  "Accept-Ranges"};
    if (equal_ignoring_case(name, "Cache-Control")) return lists_directive(value, "no-store");
    return std::ranges::none_of(of_the_file,
                                [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

class Answer {
public:
    Answer(const Response& response, const detail::RequestData& request)
        : request_{request}, size_{response.file()->size()}, answer_{response, {}, 0} {}

    FileAnswer make() {
        Response& head = answer_.head;
        const bool reads = request_.method == http::verb::get || request_.method == http::verb::head;
        if (head.status() != status::ok || !reads) return whole();
        const std::string etag{head.find_header("ETag").value_or(std::string_view{})};
        const std::string own_etag = etag.empty() ? etag_of(head) : etag;
        if (etag.empty()) head.header("ETag", own_etag);
        const Validators validators{own_etag, last_modified()};
        head.header("Accept-Ranges", "bytes");
        switch (check_preconditions(request_, validators)) {
            case Precondition::not_modified:
                head.status(status::not_modified);
                return std::move(answer_);
            case Precondition::failed:
                return refusal(problem(status::precondition_failed).header("ETag", own_etag));
            case Precondition::passed:
                break;
        }
        const auto ranges = ranges_asked_for(request_, validators, size_);
        if (!ranges) return whole();
        if (ranges->empty()) {
            return refusal(problem(status::range_not_satisfiable)
                               .header("Content-Range", "bytes */" + std::to_string(size_)));
        }
        head.status(status::partial_content);
        return ranges->size() == 1 ? one_part(ranges->front()) : several_parts(*ranges);
    }

private:
    // The handler's own Last-Modified, or the file's.
    std::optional<std::chrono::sys_seconds> last_modified() {
        if (const auto own = answer_.head.find_header("Last-Modified")) return parse_http_date(*own);
        // A time in the future would change its meaning when it comes (RFC 9110 §8.8.2.1).
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto time =
            std::min(std::chrono::floor<std::chrono::seconds>(answer_.head.file()->modified()), now);
        answer_.head.header("Last-Modified", format_http_date(time));
        return time;
    }

    FileAnswer refusal(Response response) {
        for_each_header(answer_.head, [&](std::string_view name, std::string_view value) {
            if (outlives_file(name, value)) response.header(name, value);
        });
        const std::uint64_t length = response.body().size();
        return {std::move(response), {}, length};
    }

    FileAnswer whole() {
        answer_.parts.push_back({{}, 0, size_});
        answer_.length = size_;
        return std::move(answer_);
    }

    FileAnswer one_part(const ByteRange& range) {
        answer_.head.header("Content-Range", content_range(range, size_));
        answer_.parts.push_back({{}, range.first, range.length()});
        answer_.length = range.length();
        return std::move(answer_);
    }

    FileAnswer several_parts(const std::vector<ByteRange>& ranges) {
        const std::string type{answer_.head.content_type()};
        const std::string boundary = new_boundary();
        std::string text;
        for (const ByteRange& range : ranges) {
            text += "--" + boundary + "\r\nContent-Type: " + type +
                    "\r\nContent-Range: " + content_range(range, size_) + "\r\n\r\n";
            answer_.parts.push_back({std::exchange(text, "\r\n"), range.first, range.length()});
        }
        answer_.parts.push_back({text + "--" + boundary + "--\r\n", 0, 0});
        for (const FilePart& part : answer_.parts) answer_.length += part.text.size() + part.length;
        answer_.head.header("Content-Type", "multipart/byteranges; boundary=" + boundary);
        return std::move(answer_);
    }

    const detail::RequestData& request_;
    std::uint64_t size_;
    FileAnswer answer_;
};

}  // namespace

FileAnswer answer_with_file(const Response& response, const detail::RequestData& request) {
    return Answer{response, request}.make();
}

}  // namespace patchbay
