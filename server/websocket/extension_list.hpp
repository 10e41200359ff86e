// The value of Sec-WebSocket-Extensions (RFC 6455 §9.1). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::websocket {

struct Extension {
    struct Parameter {
        std::string_view name;
        std::optional<std::string> value;  ///< unquoted; a token
    };

    std::string_view name;
    std::vector<Parameter> parameters;
};

/// Takes the first extension off `list`, and the commas around it; nothing when it is malformed. Lifetime:
/// the names view the list. Precondition: the list is not empty.
std::optional<Extension> take_extension(std::string_view& list);

}  // namespace patchbay::websocket
