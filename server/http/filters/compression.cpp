#include "http/filters/compression.hpp"

#include "http/coded_body.hpp"
#include "http/content_coding.hpp"
#include "http/field_syntax.hpp"
#include "http/header_lines.hpp"
#include "http/preconditions.hpp"
#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay {
namespace {

using http::field;
using http::status;

bool is_strong(std::string_view etag) { return !etag.empty() && !etag.starts_with("W/"); }

// The head of `response` for the same in other bytes: with a weak tag, and without ranges, which would be of
// the first bytes. Leaves body and source alone.
Response head_for_other_bytes(const Response& response) {
    Response head{response.status()};
    if (const auto type = response.factory_content_type(); !type.empty())
        head.header(field::content_type, type);
    for_each_header(response, [&](std::string_view name, std::string_view value) {
        if (equal_ignoring_case(name, "Accept-Ranges")) return;
        const bool weaken = equal_ignoring_case(name, "ETag") && is_strong(value);
        head.header(name, weaken ? "W/" + std::string{value} : std::string{value});
    });
    return head;
}

bool speaks_of_its_bytes(const Response& response) {
    static constexpr std::array<std::string_view, 6> names{
        "Content-Encoding", "Content-Range", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"};
    bool found = false;
    for_each_header(response, [&](std::string_view name, std::string_view) {
        for (const std::string_view other : names) found = found || equal_ignoring_case(name, other);
    });
    return found;
}

bool has_directive(const Response& response, std::string_view wanted) {
    bool found = false;
    for_each_header(response, [&](std::string_view name, std::string_view value) {
        if (equal_ignoring_case(name, "Cache-Control")) found = found || lists_directive(value, wanted);
    });
    return found;
}

bool may_hold_secrets(const Request& request, const Response& response) {
    if (response.find_header("Set-Cookie")) return true;
    const bool personal = request.header(field::cookie) || request.header(field::authorization);
    return personal && !has_directive(response, "public");
}

bool matches(std::string_view type, std::string_view pattern) {
    if (pattern.starts_with('+')) return type.ends_with(pattern);
    if (pattern.ends_with("/*")) return type.starts_with(pattern.substr(0, pattern.size() - 1));
    return type == pattern;
}

// Of what is not sent again: the client has it (RFC 9110 §15.4.5). Its tag is the one that the client knows.
std::optional<CodedAnswer> not_modified(const Request& request, Response& response) {
    response.vary("Accept-Encoding");
    const std::string_view etag = response.find_header("ETag").value_or("");
    if (!is_strong(etag)) return std::nullopt;
    const std::string weak = "W/" + std::string{etag};
    const bool known = std::ranges::any_of(request.headers(), [&](const HeaderField& line) {
        return line.id == field::if_none_match && line.value.find(weak) != std::string_view::npos;
    });
    if (!known) return std::nullopt;
    return CodedAnswer{head_for_other_bytes(response), nullptr};
}

// Whether the client showed the tag, which the coded answer will weaken. Handlers that compare strongly, or
// text with text, would never see their own again.
bool is_known_to(const Request& request, const Response& response) {
    if (response.status() != status::ok) return false;
    if (request.method() != http::verb::get && request.method() != http::verb::head) return false;
    const std::string_view etag = response.find_header("ETag").value_or("");
    return is_strong(etag) && has_in_if_none_match(request, etag);
}

}  // namespace

CompressionFilter::CompressionFilter(const CompressionConfig& config)
    : config_{config}, codings_{config_.codings.begin(), config_.codings.end()} {}

std::optional<CodedAnswer> CompressionFilter::code(const Request& request, Response& response,
                                                   BodyForm form) const {
    if (response.status() == status::not_modified) return not_modified(request, response);
    if (!is_candidate(response, form)) return std::nullopt;
    response.vary("Accept-Encoding");
    if (!config_.credentials && may_hold_secrets(request, response)) return std::nullopt;
    const auto coding = coding_for(request);
    if (!coding) return std::nullopt;
    if (form == BodyForm::stream) return with_encoder(response, *coding, std::nullopt);
    if (is_known_to(request, response))
        return CodedAnswer{head_for_other_bytes(response).status(status::not_modified), nullptr};
    if (response.body().size() <= coding_slice) return coded_at_once(response, *coding);
    if (request.http_version() < 11) return std::nullopt;  // the length would be lost, and the connection
    return with_encoder(response, *coding, response.body().size());
}

std::optional<CodedAnswer> CompressionFilter::with_encoder(Response& response, Coding coding,
                                                           std::optional<std::size_t> size) const {
    auto encoder = make_encoder(coding, level_of(coding), size);
    if (!encoder) return std::nullopt;
    CodedAnswer answer{head_for_other_bytes(response), std::move(encoder)};
    answer.head.header(field::content_encoding, to_string(coding));
    if (size) answer.head.body() = std::move(response.body());
    return answer;
}

std::optional<CodedAnswer> CompressionFilter::coded_at_once(const Response& response, Coding coding) const {
    const std::string& body = response.body();
    const auto encoder = make_encoder(coding, level_of(coding), body.size());
    std::string bytes;
    if (!encoder || !encoder->encode(body, BodyEncoder::Then::end, bytes) || bytes.size() >= body.size())
        return std::nullopt;
    CodedAnswer answer{head_for_other_bytes(response), nullptr};
    answer.head.header(field::content_encoding, to_string(coding));
    answer.head.body() = std::move(bytes);
    return answer;
}

bool CompressionFilter::is_candidate(const Response& response, BodyForm form) const {
    if (!may_have_body(response.status()) || response.status() == status::partial_content) return false;
    if (form == BodyForm::whole && response.body().size() < config_.min_size) return false;
    return has_type(response) && !speaks_of_its_bytes(response) && !has_directive(response, "no-transform");
}

bool CompressionFilter::has_type(const Response& response) const {
    std::string type{trimmed(response.content_type().substr(0, response.content_type().find(';')))};
    for (char& letter : type)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return std::ranges::any_of(config_.types,
                               [&](const std::string& pattern) { return matches(type, pattern); });
}

std::optional<Coding> CompressionFilter::coding_for(const Request& request) const {
    std::string joined;
    return coding_of(preferred_coding(accepted_codings(request, joined), codings_));
}

int CompressionFilter::level_of(Coding coding) const noexcept {
    switch (coding) {
        case Coding::gzip:
            return static_cast<int>(config_.gzip_level);
        case Coding::brotli:
            return static_cast<int>(config_.brotli_level);
        case Coding::zstd:
            return static_cast<int>(config_.zstd_level);
    }
    return 0;
}

}  // namespace patchbay
