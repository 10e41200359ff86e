#include "part_head.hpp"

#include "field_syntax.hpp"
#include "form_encoding.hpp"
#include "header_rules.hpp"

#include <patchbay/media_type.hpp>

#include <algorithm>

namespace patchbay::detail {
namespace {

constexpr std::size_t most_headers = 32;  // three are in use

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// What browsers write for a quote and line ends, and nothing else (WHATWG HTML, "multipart/form-data encoding
// algorithm"): "100%25" is a name of its own.
std::string without_browser_escapes(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view escape = text.substr(i, 3);
        const char c = escape == "%22"                      ? '"'
                       : equal_ignoring_case(escape, "%0D") ? '\r'
                       : equal_ignoring_case(escape, "%0A") ? '\n'
                                                            : '\0';
        out += c == '\0' ? text[i] : c;
        if (c != '\0') i += 2;
    }
    return out;
}

// RFC 8187 §3.2: charset, language, percent-encoded text.
std::optional<std::string> extended_value(std::string_view text) {
    const std::size_t charset = text.find('\'');
    const std::size_t language = text.find('\'', std::min(charset, text.size() - 1) + 1);
    if (language == std::string_view::npos || !equal_ignoring_case(text.substr(0, charset), "UTF-8"))
        return std::nullopt;
    text = text.substr(language + 1);
    if (!text.empty() && (!is_token(text) || find_bad_escape(text) != std::string_view::npos))
        return std::nullopt;
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {  // a '+' is no space here
        const std::string_view part = rest.substr(0, rest.find('+'));
        out += decode_form(part);
        if (part.size() < rest.size()) out += '+';
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    return out;
}

// Never a path: some clients send one, and others would like one to be used.
std::string last_component(std::string_view path) {
    std::string name{path.substr(path.find_last_of("/\\") + 1)};
    for (char& c : name)
        if (is_control(c)) c = '_';
    if (name == "." || name == "..") std::fill(name.begin(), name.end(), '_');
    return name;
}

struct Parameters {
    std::optional<std::string> name, file_name, extended_file_name;
};

// Nothing when one can't be read or is there twice.
std::optional<Parameters> disposition_parameters(std::string_view text) {
    Parameters parameters;
    while (!text.empty()) {
        const std::string_view parameter = cut_part(text, ';');
        if (parameter.empty()) continue;
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = parameter.substr(0, equals), value = parameter.substr(equals + 1);
        const bool extended = equal_ignoring_case(key, "filename*");
        auto decoded = extended ? extended_value(value) : token_or_quoted(value, Backslash::escapes_quotes);
        if (!decoded || !is_token(key)) return std::nullopt;
        auto* wanted = extended                               ? &parameters.extended_file_name
                       : equal_ignoring_case(key, "name")     ? &parameters.name
                       : equal_ignoring_case(key, "filename") ? &parameters.file_name
                                                              : nullptr;
        if (!wanted) continue;
        if (*wanted) return std::nullopt;
        *wanted = extended ? *std::move(decoded) : without_browser_escapes(*decoded);
    }
    return parameters;
}

// RFC 7578 §4.2.
std::string_view read_disposition(PartHead& head, std::string_view text) {
    if (!equal_ignoring_case(cut_part(text, ';'), "form-data"))
        return "its Content-Disposition is not form-data";
    auto parameters = disposition_parameters(text);
    if (!parameters) return "its Content-Disposition can't be read";
    if (!parameters->name) return "its Content-Disposition has no name";
    head.name = *std::move(parameters->name);
    const auto& file_name =
        parameters->extended_file_name ? parameters->extended_file_name : parameters->file_name;
    if (file_name) head.file_name = last_component(*file_name);
    return {};
}

// RFC 7578 §4.7: none of these changes the data.
bool is_plain_encoding(std::string_view text) noexcept {
    return std::ranges::any_of(std::initializer_list<std::string_view>{"binary", "8bit", "7bit"},
                               [&](std::string_view plain) { return equal_ignoring_case(text, plain); });
}

}  // namespace

std::string_view add_part_header(PartHead& head, std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return "a header line has no name";
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
        return "a header line has a control character";
    if (head.headers.size() == most_headers) return "it has more than 32 header lines";
    head.headers.emplace_back(lower_case(line.substr(0, colon)), value);
    return {};
}

std::string_view read_part_headers(PartHead& head) {
    const std::string* disposition = nullptr;
    for (const auto& [name, value] : head.headers) {
        if (name == "content-disposition") {
            if (disposition) return "it has two Content-Dispositions";
            disposition = &value;
        } else if (name == "content-type") {
            if (!head.content_type.empty()) return "it has two Content-Types";
            if (!parse_media_type(value)) return "its Content-Type is no media type";
            head.content_type = value;
        } else if (name == "content-transfer-encoding" && !is_plain_encoding(value)) {
            return "its Content-Transfer-Encoding would change the data";
        }
    }
    if (!disposition) return "it has no Content-Disposition";
    return read_disposition(head, *disposition);
}

}  // namespace patchbay::detail
