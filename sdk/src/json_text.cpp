#include "json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace patchbay::detail {
namespace {

using nlohmann::json;

// The bytes that stand in a JSON string as themselves, and are whole characters (RFC 8259 §7).
constexpr std::array<bool, 256> make_plain_bytes() {
    std::array<bool, 256> bytes{};
    for (unsigned byte = 0x20; byte < 0x80; ++byte) bytes[byte] = byte != '"' && byte != '\\';
    return bytes;
}
constexpr auto plain_bytes = make_plain_bytes();

void append_string(std::string& out, std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(),
                                   [](char c) { return plain_bytes[static_cast<unsigned char>(c)]; });
    if (plain) {
        out += '"';
        out += text;
        out += '"';
    } else {
        out += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    }
}

template <class Number, class... Format>
std::string_view digits_of(std::array<char, 32>& room, Number number, Format... format) {
    return {room.data(), std::to_chars(room.data(), room.data() + room.size(), number, format...).ptr};
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
    std::array<char, 32> room;
    out += digits_of(room, number);
}

// The shortest digits that read back the same; a fraction or an exponent keeps it from being read as an
// integer.
void append_float(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 32> room;
    const double size = std::fabs(number);
    const bool fixed = size == 0 || (size >= 1e-4 && size < 1e15);
    const std::string_view digits =
        digits_of(room, number, fixed ? std::chars_format::fixed : std::chars_format::scientific);
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append(std::string& out, const json& value);

void append_array(std::string& out, const json::array_t& elements) {
    out += '[';
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) out += ',';
        append(out, elements[i]);
    }
    out += ']';
}

void append_object(std::string& out, const json::object_t& members) {
    out += '{';
    for (auto member = members.begin(); member != members.end(); ++member) {
        if (member != members.begin()) out += ',';
        append_string(out, member->first);
        out += ':';
        append(out, member->second);
    }
    out += '}';
}

void append(std::string& out, const json& value) {
    switch (value.type()) {
        case json::value_t::object:
            return append_object(out, value.get_ref<const json::object_t&>());
        case json::value_t::array:
            return append_array(out, value.get_ref<const json::array_t&>());
        case json::value_t::string:
            return append_string(out, value.get_ref<const std::string&>());
        case json::value_t::boolean:
            out += value.get<bool>() ? "true" : "false";
            return;
        case json::value_t::number_integer:
            return append_integer(out, value.get<std::int64_t>());
        case json::value_t::number_unsigned:
            return append_integer(out, value.get<std::uint64_t>());
        case json::value_t::number_float:
            return append_float(out, value.get<double>());
        case json::value_t::null:
        case json::value_t::binary:
        case json::value_t::discarded:
            out += value.dump();
            return;
    }
}

class ValueWriter {
public:
    explicit ValueWriter(std::string& out) : out_{out} {}

    void operator()(std::nullptr_t) { out_ += "null"; }
    void operator()(bool value) { out_ += value ? "true" : "false"; }
    void operator()(std::int64_t value) { append_integer(out_, value); }
    void operator()(std::uint64_t value) { append_integer(out_, value); }
    void operator()(double value) { append_float(out_, value); }
    void operator()(std::string_view value) { append_string(out_, value); }
    void operator()(const json* value) { append(out_, *value); }

private:
    std::string& out_;
};

}  // namespace

std::string json_text(const json& value) {
    std::string text;
    append(text, value);
    return text;
}

std::string json_text(std::initializer_list<JsonMember> members) {
    constexpr std::size_t usual_member = 48;
    std::string text;
    text.reserve(members.size() * usual_member);
    text += '{';
    for (const JsonMember& member : members) {
        if (text.size() > 1) text += ',';
        append_string(text, member.name());
        text += ':';
        std::visit(ValueWriter{text}, member.value());
    }
    text += '}';
    return text;
}

}  // namespace patchbay::detail
