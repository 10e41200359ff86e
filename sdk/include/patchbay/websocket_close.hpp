// Why a WebSocket was closed, as the Close frame says it (RFC 6455 §7.4).
#pragma once

#include <cstdint>

namespace patchbay {

/// The codes with a meaning of their own. Any from 3000 to 4999 is an application's:
/// `static_cast<CloseCode>(4001)`.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    no_status = 1005,  ///< the other side gave no code; never sent
    abnormal = 1006,   ///< the connection ended without a Close frame; never sent
    invalid_payload = 1007,
    policy_violation = 1008,
    message_too_big = 1009,
    mandatory_extension = 1010,
    internal_error = 1011,
    service_restart = 1012,
    try_again_later = 1013,
    bad_gateway = 1014,
};

/// Whether a Close frame may carry it (RFC 6455 §7.4.1, §7.4.2).
constexpr bool may_be_sent(CloseCode code) noexcept {
    const auto number = static_cast<std::uint16_t>(code);
    if (number >= 3000 && number <= 4999) return true;
    return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014);
}

}  // namespace patchbay
