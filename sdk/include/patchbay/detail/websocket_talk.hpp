// What may be given to Handlers::websocket() and blocking_websocket(), and the sentences for what may not.
#pragma once

#include <patchbay/blocking_websocket.hpp>
#include <patchbay/detail/handler_function.hpp>
#include <patchbay/request.hpp>
#include <patchbay/task.hpp>
#include <patchbay/websocket.hpp>

#include <functional>
#include <type_traits>

namespace patchbay::detail {

using BlockingTalk = std::function<void(Request&, BlockingWebSocket&)>;

template <class Function, class Socket>
inline constexpr bool takes_socket = std::is_invocable_v<Function&, Request&, Socket&>;
template <class Function, class Socket, class Result>
concept Talk = takes_socket<Function, Socket> &&
               std::is_same_v<std::invoke_result_t<Function&, Request&, Socket&>, Result>;

template <class Function>
inline constexpr bool is_websocket_talk = Talk<Function, WebSocket, Task<>>;
template <class Function>
inline constexpr bool is_blocking_talk = Talk<Function, BlockingWebSocket, void>;

template <class Function>
consteval void require_websocket_talk() {
    refuse_member_function<Function>();
    static_assert(std::is_member_pointer_v<Function> || takes_socket<Function, WebSocket>,
                  "patchbay: a WebSocket's handler takes exactly two parameters, Request& and WebSocket&");
    static_assert(!takes_socket<Function, WebSocket> || is_websocket_talk<Function>,
                  "patchbay: a WebSocket's handler must be a coroutine that returns Task<>; mark a plain "
                  "function blocking_websocket");
}

template <class Function>
consteval void require_blocking_talk() {
    refuse_member_function<Function>();
    static_assert(std::is_member_pointer_v<Function> || takes_socket<Function, BlockingWebSocket>,
                  "patchbay: a blocking WebSocket's handler takes exactly two parameters, Request& and "
                  "BlockingWebSocket&");
    static_assert(!takes_socket<Function, BlockingWebSocket> || is_blocking_talk<Function>,
                  "patchbay: a handler marked blocking_websocket must be a plain function that returns void; "
                  "mark a coroutine websocket");
}

}  // namespace patchbay::detail
