// What a WebSocket's session keeps while its handler runs, and what of it goes on to the handler of another
// generation. Owned by the session, on its loop.
#pragma once

#include <patchbay/detail/route_names.hpp>
#include <patchbay/detail/websocket_session.hpp>
#include <patchbay/handler_ref.hpp>
#include <patchbay/request.hpp>
#include <patchbay/websocket.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay::detail {

/// A request, copied out of its connection's buffers.
struct KeptRequest {
    explicit KeptRequest(const RequestData& given);

    std::unique_ptr<char[]> memory;                 // of what `data` views
    std::shared_ptr<const RouteNames> route_names;  // of the routes, which are perhaps replaced
    RequestData data;
};

struct WebSocketSession::Parts {
    Parts(const RequestData& given, const HandlerEntry& of, WebSocketSession& session);
    ~Parts();

    /// The values attached so far become the original request's too, which destroys them.
    AttachedValue* share_values() noexcept { return shared_values = kept.data.attached; }

    const HandlerEntry& entry;
    KeptRequest kept;
    std::atomic<bool> cancelled{false};
    AttachedValue* shared_values;  // the newest that is not ours to destroy
    Request request{kept.data};
    WebSocket socket;
    std::unique_ptr<const std::string> adopted;  // null unless another generation has handed over
    Task<> task;
    std::exception_ptr thrown;
};

struct WebSocketSession::Left {
    std::string state;
    std::string plugin;
    std::string handler;
    std::optional<KeptRequest> request{};  // once the handler has ended
};

}  // namespace patchbay::detail
