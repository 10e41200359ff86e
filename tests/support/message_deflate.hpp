// permessage-deflate (RFC 7692 §7.2) as a client does it that has agreed on no context takeover in either
// direction, as the server has it. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::test {

std::string deflate_message(std::string_view message);
/// Errors: std::runtime_error when the bytes are no message.
std::string inflate_message(std::string_view bytes);

}  // namespace patchbay::test
