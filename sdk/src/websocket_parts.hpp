// What a WebSocket's session keeps while its handler runs: the request, copied out of its connection's
// buffers, and the handler's coroutine.
#pragma once

#include <patchbay/detail/route_names.hpp>
#include <patchbay/detail/websocket_session.hpp>
#include <patchbay/handler_ref.hpp>
#include <patchbay/request.hpp>
#include <patchbay/websocket.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

namespace patchbay::detail {

struct WebSocketSession::Parts {
    Parts(const RequestData& given, const HandlerEntry& of, WebSocketSession& session);
    ~Parts();

    /// The values attached so far become the original request's too, which destroys them.
    AttachedValue* share_values() noexcept { return shared_values = data.attached; }

    const HandlerEntry& entry;
    std::unique_ptr<char[]> bytes;  // of the views in `data`
    std::vector<HeaderField> fields;
    std::shared_ptr<const RouteNames> route_names;  // of the routes, which are perhaps replaced
    std::atomic<bool> cancelled{false};
    RequestData data;
    AttachedValue* shared_values;  // the newest that is not ours to destroy
    Request request{data};
    WebSocket socket;
    Task<> task;
    std::exception_ptr thrown;
};

}  // namespace patchbay::detail
