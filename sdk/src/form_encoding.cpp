#include "form_encoding.hpp"

#include "hex_digit.hpp"

namespace patchbay::detail {
namespace {

bool is_escape(std::string_view text, std::size_t at) noexcept {
    return at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
}

void append_encoded(std::string& out, std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view{"*-._"}.find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            (out += '%') += digits[byte >> 4];
            out += digits[byte & 0xf];
        }
    }
}

}  // namespace

std::string decode_form(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && is_escape(text, i)) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::size_t find_bad_escape(std::string_view text) noexcept {
    std::size_t at = text.find('%');
    while (at != std::string_view::npos && is_escape(text, at)) at = text.find('%', at + 3);
    return at;
}

std::string encode_form(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += '&';
        append_encoded(out, name);
        out += '=';
        append_encoded(out, value);
    }
    return out;
}

bool names(std::string_view encoded, std::string_view name) {
    const bool plain = encoded.find_first_of("%+") == std::string_view::npos;
    return plain ? encoded == name : decode_form(encoded) == name;
}

}  // namespace patchbay::detail
