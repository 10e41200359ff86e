// Where a plugin declares its handlers. The verb says where a handler runs, and the compiler checks that it
// fits.
#pragma once

#include <patchbay/detail/handler_function.hpp>
#include <patchbay/detail/websocket_talk.hpp>
#include <patchbay/error_handlers.hpp>
#include <patchbay/export.hpp>
#include <patchbay/filter.hpp>
#include <patchbay/handler_ref.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/task.hpp>
#include <patchbay/websocket.hpp>

#include <deque>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <utility>

namespace patchbay {

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
            detail::refuse_parameters<Function>();
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

    /// A WebSocket (RFC 6455): a coroutine, `Task<> f(Request&, WebSocket&)`, on an event loop as an async
    /// handler's is. Its request is a GET that asks for the change of protocol; any other is refused with 400
    /// or 426 before the handler, and a foreign Origin with 403. `timeouts.handler` ends with the handshake.
    /// Errors: as the verbs; std::invalid_argument for options that make no sense (WebSocketOptions).
    template <class Function>
    HandlerRef websocket(std::string_view name, Function function, WebSocketOptions options = {},
                         std::source_location where = std::source_location::current()) {
        detail::require_websocket_talk<Function>();
        if constexpr (detail::is_websocket_talk<Function>) {
            return add_websocket(name, std::move(function), std::move(options), where);
        } else {
            return HandlerRef{add(name, HandlerKind::async, where)};
        }
    }

    /// The same for a plain function on an executor thread, `void f(Request&, BlockingWebSocket&)`, which
    /// holds that thread until it ends: a handshake beyond those that the operator allows, by default half of
    /// the plugin's threads, is answered 503.
    template <class Function>
    HandlerRef blocking_websocket(std::string_view name, Function function, WebSocketOptions options = {},
                                  std::source_location where = std::source_location::current()) {
        detail::require_blocking_talk<Function>();
        if constexpr (detail::is_blocking_talk<Function>) {
            return add_blocking_websocket(name, std::move(function), std::move(options), where);
        } else {
            return HandlerRef{add(name, HandlerKind::async, where)};
        }
    }

    /// A filter: `handlers.filter("session").before(open).after(save)`. It does nothing until a handler's
    /// filter() or the operator's YAML, which calls it `plugin.name`, puts it to use. Errors:
    /// std::invalid_argument for a name that is taken by a filter or is not [a-z0-9_]+.
    FilterRef filter(std::string_view name, std::source_location where = std::source_location::current());

    /// What this plugin's handlers throw and is an `Error` is answered by `Response f(Request&, const
    /// Error&)`, a plain function that runs where the handler ran; the first declared that fits is taken.
    /// Also for HttpError. Nothing is logged then.
    template <class Error, class Function>
    void on_exception(Function function) {
        if constexpr (!std::is_invocable_r_v<Response, Function&, Request&, const Error&>) {
            static_assert(std::is_invocable_r_v<Response, Function&, Request&, const Error&>,
                          "patchbay: an exception's handler takes Request& and the exception as const&, and "
                          "returns Response");
        } else {
            add_translation(detail::TranslationOf<Error, Function>{std::move(function)});
        }
    }
    /// The plugin's own page for an answer of that status that its handlers give, or that is given in their
    /// place when they throw: `void f(Request&, Response&)`, a plain function that changes or replaces it,
    /// where the handler ran. Errors: std::invalid_argument when the status has one already.
    template <class Function>
    void on_error(http::status status, Function function) {
        if constexpr (!std::is_invocable_r_v<void, Function&, Request&, Response&>) {
            static_assert(std::is_invocable_r_v<void, Function&, Request&, Response&>,
                          "patchbay: an error's page takes exactly two parameters, Request& and Response&");
        } else {
            add_page(status, std::move(function));
        }
    }

    /// In the order declared. Addresses are stable.
    const std::deque<detail::HandlerEntry>& entries() const noexcept { return entries_; }
    const std::deque<detail::FilterEntry>& filters() const noexcept { return filters_; }

private:
    template <class Function>
    HandlerRef plain(std::string_view name, HandlerKind kind, Function function, std::source_location where) {
        if constexpr (!detail::takes_request<Function>) {
            detail::refuse_parameters<Function>();
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
    HandlerRef add_websocket(std::string_view name, detail::WebSocketTalk talk, WebSocketOptions options,
                             std::source_location where);
    HandlerRef add_blocking_websocket(std::string_view name, detail::BlockingTalk function,
                                      WebSocketOptions options, std::source_location where);

    void add_translation(detail::ErrorHandlers::Translation translation);
    void add_page(http::status status, detail::ErrorHandlers::Page page);
    void use_errors() noexcept;

    std::deque<detail::HandlerEntry> entries_;
    std::deque<detail::FilterEntry> filters_;
    detail::ErrorHandlers errors_;
};

}  // namespace patchbay
