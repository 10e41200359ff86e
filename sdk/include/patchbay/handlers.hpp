// Where a plugin declares its handlers. The verb says where a handler runs, and the compiler checks that it
// fits.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/route_pattern.hpp>
#include <patchbay/task.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
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

struct HandlerEntry {
    std::string name;
    HandlerKind kind = HandlerKind::async;
    std::function<Task<Response>(Request&)> async;  ///< set for async handlers
    std::function<Response(Request&)> plain;        ///< set for the others
    std::vector<RouteSpec> routes;                  ///< the default routes, in the order declared
    std::source_location where;
};

template <class Function>
inline constexpr bool takes_request = std::is_invocable_v<Function&, Request&>;
template <class Function, class Result>
inline constexpr bool returns = std::is_same_v<std::invoke_result_t<Function&, Request&>, Result>;

}  // namespace detail

/// A handler just declared.
class PATCHBAY_API HandlerRef {
public:
    explicit HandlerRef(detail::HandlerEntry& entry) noexcept : entry_{&entry} {}

    /// Adds a default route: methods (none: all) and a path, e.g. "GET /hello/{name}", "GET,POST /notes",
    /// "/files/{path:path}". The operator's YAML may bind the handler elsewhere, restrict or disable it.
    /// Errors: std::invalid_argument that says what is wrong with the pattern.
    HandlerRef& route(std::string_view route);

private:
    detail::HandlerEntry* entry_;
};

/// Given to Plugin::add_handlers(). Handler names are unique within the plugin; the YAML calls them
/// `plugin.name`. Handlers live as long as the generation of the plugin, so they may capture `this`.
class PATCHBAY_API Handlers {
public:
    Handlers() = default;
    Handlers(const Handlers&) = delete;
    Handlers& operator=(const Handlers&) = delete;

    /// A coroutine on an event loop: `Task<Response> f(Request&)`. Async and inline handlers of one plugin
    /// never run at the same time as each other, unless the plugin is declared Concurrency::parallel. Errors
    /// (all three verbs): std::invalid_argument for a name that is taken or is not [a-z0-9_]+.
    template <class Function>
    HandlerRef async(std::string_view name, Function function,
                     std::source_location where = std::source_location::current()) {
        if constexpr (!detail::takes_request<Function>) {
            static_assert(detail::takes_request<Function>,
                          "patchbay: a handler takes exactly one parameter, Request&");
        } else if constexpr (!detail::returns<Function, Task<Response>>) {
            static_assert(
                detail::returns<Function, Task<Response>>,
                "patchbay: a handler marked async must be a coroutine that returns Task<Response>; mark a "
                "plain function blocking (it may block) or inline_ (it must not)");
        } else {
            detail::HandlerEntry& entry = add(name, HandlerKind::async, where);
            entry.async = std::move(function);
            return HandlerRef{entry};
        }
    }

    /// A plain function on an executor thread, `Response f(Request&)`: it may block. Calls run in parallel
    /// with each other and with everything else in the plugin: guard what they share.
    template <class Function>
    HandlerRef blocking(std::string_view name, Function function,
                        std::source_location where = std::source_location::current()) {
        return plain<Function>(name, HandlerKind::blocking, std::move(function), where);
    }

    /// A plain function right on the event loop, `Response f(Request&)`: the fastest path, for handlers that
    /// only compute. While it runs nothing else does on that loop: it must not block, sleep or wait.
    template <class Function>
    HandlerRef inline_(std::string_view name, Function function,
                       std::source_location where = std::source_location::current()) {
        return plain<Function>(name, HandlerKind::inline_, std::move(function), where);
    }

    /// In the order declared. Addresses are stable.
    const std::deque<detail::HandlerEntry>& entries() const noexcept { return entries_; }

private:
    template <class Function>
    HandlerRef plain(std::string_view name, HandlerKind kind, Function function, std::source_location where) {
        if constexpr (!detail::takes_request<Function>) {
            static_assert(detail::takes_request<Function>,
                          "patchbay: a handler takes exactly one parameter, Request&");
        } else if constexpr (detail::is_task<std::invoke_result_t<Function&, Request&>>) {
            static_assert(
                !detail::is_task<std::invoke_result_t<Function&, Request&>>,
                "patchbay: a handler marked blocking or inline_ must be a plain function that returns "
                "Response; mark a coroutine async");
        } else if constexpr (!detail::returns<Function, Response>) {
            static_assert(detail::returns<Function, Response>,
                          "patchbay: a handler marked blocking or inline_ must return Response");
        } else {
            detail::HandlerEntry& entry = add(name, kind, where);
            entry.plain = std::move(function);
            return HandlerRef{entry};
        }
    }

    detail::HandlerEntry& add(std::string_view name, HandlerKind kind, std::source_location where);

    std::deque<detail::HandlerEntry> entries_;
};

}  // namespace patchbay
