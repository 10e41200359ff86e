#include "websocket/deflate_offer.hpp"

#include "http/field_syntax.hpp"

#include <algorithm>

namespace patchbay::websocket {
namespace {

constexpr int least_window_bits = 8;
constexpr int most_window_bits = 15;

// What a client asks for and allows.
struct Offer {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<int> server_max_window_bits;
    std::optional<int> client_max_window_bits;  // 15 without a value
};

// "a decimal integer value without leading zeroes between 8 to 15, inclusive"
std::optional<int> window_bits(std::string_view text) noexcept {
    for (int bits = least_window_bits; bits <= most_window_bits; ++bits)
        if (std::to_string(bits) == text) return bits;
    return std::nullopt;
}

bool set(bool& flag, const std::optional<std::string>& value) noexcept {
    if (flag || value) return false;
    flag = true;
    return true;
}

bool set(std::optional<int>& bits, const std::optional<std::string>& value) noexcept {
    if (bits || !value) return false;
    bits = window_bits(*value);
    return bits.has_value();
}

bool take_parameter(Offer& offer, const Extension::Parameter& parameter) {
    const auto& [name, value] = parameter;
    if (name == "server_no_context_takeover") return set(offer.server_no_context_takeover, value);
    if (name == "client_no_context_takeover") return set(offer.client_no_context_takeover, value);
    if (name == "server_max_window_bits") return set(offer.server_max_window_bits, value);
    if (name != "client_max_window_bits") return false;
    return set(offer.client_max_window_bits, value.value_or(std::to_string(most_window_bits)));
}

}  // namespace

std::optional<DeflateAnswer> answer_deflate_offer(const Extension& offer, const DeflateOptions& options) {
    if (!equal_ignoring_case(offer.name, "permessage-deflate")) return std::nullopt;
    Offer said;
    for (const auto& parameter : offer.parameters)
        if (!take_parameter(said, parameter)) return std::nullopt;

    DeflateAnswer answer{.parameters = {}, .extension = "permessage-deflate"};
    DeflateParameters& agreed = answer.parameters;
    // The server may ask for either without an offer of it (RFC 7692 §7.1.1).
    agreed.server_no_context_takeover = said.server_no_context_takeover || !options.context_takeover;
    agreed.client_no_context_takeover = said.client_no_context_takeover || !options.context_takeover;
    if (agreed.server_no_context_takeover) answer.extension += "; server_no_context_takeover";
    if (agreed.client_no_context_takeover) answer.extension += "; client_no_context_takeover";
    const auto agree = [&](int& bits, const std::optional<int>& said_bits, std::string_view name) {
        bits = std::min(said_bits.value_or(most_window_bits), options.window_bits);
        if (bits == most_window_bits && !said_bits) return;
        answer.extension.append("; ").append(name).append("=").append(std::to_string(bits));
    };
    agree(agreed.server_max_window_bits, said.server_max_window_bits, "server_max_window_bits");
    // Only a client that has offered it may be told it (RFC 7692 §7.1.2.2).
    if (said.client_max_window_bits)
        agree(agreed.client_max_window_bits, said.client_max_window_bits, "client_max_window_bits");
    return answer;
}

}  // namespace patchbay::websocket
