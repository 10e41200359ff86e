// A handler as a plugin declares it, and what may be said about it after its declaration: routes, filters.
// Owned by the plugin's Handlers.
#pragma once

#include <patchbay/error_handlers.hpp>
#include <patchbay/export.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/route_pattern.hpp>
#include <patchbay/task.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

enum class HandlerKind : std::uint8_t {
    async,     ///< a coroutine on an event loop
    blocking,  ///< a plain function on an executor thread; may block
    inline_,   ///< a plain function right on the event loop; must not block
};

/// "async", "blocking" or "inline".
PATCHBAY_API std::string_view to_string(HandlerKind kind) noexcept;

namespace detail {

struct WebSocketEntry;

struct HandlerEntry {
    std::string name;
    HandlerKind kind = HandlerKind::async;
    std::function<Task<Response>(Request&)> async;  ///< set for async handlers
    std::function<Response(Request&)> plain;        ///< set for the others
    std::vector<RouteSpec> routes;                  ///< the default routes, in the order declared
    std::source_location where;
    bool streams_body = false;                          ///< begins before the request's body is there
    std::vector<std::string> filters{};                 ///< of the same plugin, in order
    const ErrorHandlers* errors = nullptr;              ///< null: none
    std::shared_ptr<const WebSocketEntry> websocket{};  ///< null: not one of a WebSocket
};

}  // namespace detail

/// A handler just declared.
class PATCHBAY_API HandlerRef {
public:
    explicit HandlerRef(detail::HandlerEntry& entry) noexcept : entry_{&entry} {}

    /// Adds a default route: methods (none: all) and a path, such as "GET,POST /notes", "/files/{path:path}".
    /// YAML may bind the handler elsewhere, restrict or disable it; what all its routes have as parameters it
    /// always gets. A WebSocket's takes GET alone. Errors: std::invalid_argument that names what is wrong.
    HandlerRef& route(std::string_view route);
    /// The handler begins when the head of a request is there, and reads the body while it arrives, with
    /// Request::body_reader() or blocking_body_reader(); body() is empty. For large uploads: memory stays
    /// flat, and the operator's `limits.body` or the route's `max_body` still holds. What it leaves unread
    /// ends the connection. While it waits for the client, `timeouts.body` and `limits.min_rate` apply
    /// instead of `timeouts.handler`. Errors: std::logic_error for an inline handler, which can't wait.
    HandlerRef& streams_body();
    /// Puts a filter of this plugin around the handler, within those of the configuration, which can't take
    /// it away. Several: in the order of the calls. A name that no filter has refuses the plugin.
    HandlerRef& filter(std::string_view name);

private:
    detail::HandlerEntry* entry_;
};

}  // namespace patchbay
