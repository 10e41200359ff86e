#include "websocket/handshake.hpp"

#include "http/field_syntax.hpp"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace patchbay::websocket {
namespace {

using http::field;
using Fault = HandshakeFault;

std::size_t count_of(const Request& request, field name) noexcept {
    const auto named = [name](const HeaderField& header) { return header.id == name; };
    return static_cast<std::size_t>(std::ranges::count_if(request.headers(), named));
}

// Of a field that may come in several lines.
bool lists(const Request& request, field name, std::string_view wanted) noexcept {
    for (const HeaderField& header : request.headers()) {
        if (header.id != name) continue;
        std::string_view rest = header.value;
        for (std::string_view element; !(element = take_element(rest)).empty();)
            if (equal_ignoring_case(element, wanted)) return true;
    }
    return false;
}

bool announces_body(const Request& request) noexcept {
    if (request.header(field::transfer_encoding)) return true;
    const std::string_view length = request.header(field::content_length).value_or("0");
    return std::ranges::any_of(length, [](char digit) { return digit != '0'; });
}

bool is_base64_char(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool is_key(std::string_view key) noexcept {
    constexpr std::size_t digits = 22;  // 16 bytes
    return key.size() == digits + 2 && key.ends_with("==") &&
           std::all_of(key.begin(), key.begin() + digits, is_base64_char);
}

HandshakeFault judge_lines(const Request& request) noexcept {
    if (request.method() != http::verb::get) return Fault::not_get;
    if (request.http_version() < 11) return Fault::http_1_0;
    if (!lists(request, field::upgrade, "websocket")) return Fault::no_upgrade;
    if (!lists(request, field::connection, "upgrade")) return Fault::no_connection_upgrade;
    if (announces_body(request)) return Fault::has_body;
    if (count_of(request, field::sec_websocket_version) > 1) return Fault::several_versions;
    if (request.header(field::sec_websocket_version) != "13") return Fault::unsupported_version;
    const auto key = request.header(field::sec_websocket_key);
    if (!key) return Fault::no_key;
    if (count_of(request, field::sec_websocket_key) > 1) return Fault::several_keys;
    return is_key(*key) ? Fault::none : Fault::malformed_key;
}

HandshakeFault choose_subprotocol(const Request& request, const HandshakeOptions& options,
                                  std::string_view& chosen) noexcept {
    for (const HeaderField& header : request.headers()) {
        if (header.id != field::sec_websocket_protocol) continue;
        std::string_view rest = header.value;
        for (std::string_view element; !(element = take_element(rest)).empty();) {
            if (!std::ranges::all_of(element, is_token_char)) return Fault::malformed_subprotocols;
            const auto match = std::ranges::find(options.subprotocols, element);
            if (chosen.empty() && match != options.subprotocols.end()) chosen = *match;
        }
    }
    return Fault::none;
}

HandshakeFault choose_extensions(const Request& request, const HandshakeOptions& options,
                                 std::optional<DeflateAnswer>& chosen) {
    for (const HeaderField& header : request.headers()) {
        if (header.id != field::sec_websocket_extensions) continue;
        std::string_view rest = trimmed(header.value);
        do {
            const auto extension = take_extension(rest);
            if (!extension) return Fault::malformed_extensions;
            if (!chosen && options.deflate) chosen = answer_deflate_offer(*extension, *options.deflate);
        } while (!rest.empty());
    }
    return Fault::none;
}

}  // namespace

Handshake judge_handshake(const Request& request, const HandshakeOptions& options) {
    Handshake handshake;
    handshake.fault = judge_lines(request);
    if (handshake.fault == Fault::none)
        handshake.fault = choose_subprotocol(request, options, handshake.subprotocol);
    if (handshake.fault == Fault::none)
        handshake.fault = choose_extensions(request, options, handshake.deflate);
    if (handshake.fault != Fault::none)
        return {.fault = handshake.fault, .accept_key = {}, .subprotocol = {}, .deflate = {}};
    handshake.accept_key = accept_key_of(*request.header(field::sec_websocket_key));
    return handshake;
}

std::string accept_key_of(std::string_view key) {
    const std::string text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, (SHA_DIGEST_LENGTH + 2) / 3 * 4 + 1> base64{};
    const int size = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(size)};
}

}  // namespace patchbay::websocket
