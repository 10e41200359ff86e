// How the handler of one generation leaves its WebSocket to that of the next.
#include "websocket_outbox.hpp"
#include "websocket_parts.hpp"

#include <patchbay/detail/generation_info.hpp>

#include <stdexcept>
#include <utility>

namespace patchbay::detail {

bool WebSocketSession::may_hand_over() const noexcept {
    return parts_ && open() && !handing_over_ && parts_->entry.websocket->options.adopt;
}

// A message that was taken for the handler before this is still the handler's.
void WebSocketSession::ask_to_hand_over() {
    const auto keep = shared_from_this();
    handing_over_ = true;
    wake(WebSocketWaiter::For::message);
}

void WebSocketSession::hand_over(std::string_view state) {
    if (!handing_over_)
        throw std::logic_error{
            "patchbay: hand_over() was called before handing_over() said that there is a "
            "generation to take the WebSocket over"};
    left_ = std::make_unique<Left>(Left{std::string{state}, std::string{plugin()}, std::string{handler()}});
}

std::optional<std::string_view> WebSocketSession::adopted() const noexcept {
    return parts_->adopted ? std::optional<std::string_view>{*parts_->adopted} : std::nullopt;
}

const RequestData& WebSocketSession::request() const noexcept {
    return parts_ ? parts_->kept.data : left_->request->data;
}

std::string_view WebSocketSession::plugin() const noexcept {
    return parts_ ? executor.lease()->generation().plugin : left_->plugin;
}

std::string_view WebSocketSession::handler() const noexcept {
    return parts_ ? parts_->entry.name : left_->handler;
}

// The handler has returned: its request goes on, without what this generation has attached to it.
bool WebSocketSession::leave() {
    if (!left_ || !open()) return false;
    left_->request.emplace(std::move(parts_->kept));
    left_->request->data.attached = nullptr;
    left_->request->data.cancelled = nullptr;
    return true;
}

// The outbox has sent for the session before until now, so that no message had to wait.
void WebSocketSession::adopt(WebSocketSession& before) {
    const auto keep = shared_from_this();
    parts_->adopted = std::make_unique<const std::string>(std::move(before.left_->state));
    asked_ = true;
    port_ = std::exchange(before.port_, nullptr);
    subprotocol_ = std::move(before.subprotocol_);
    outbox_ = std::move(before.outbox_);
    if (outbox_) outbox_->move_to(*this, parts_->entry.websocket->options);
    before.closed(CloseCode::service_restart, {});  // to tasks of its generation that still wait
    {
        const HandlerScope scope{executor.lease()};
        start();
    }
    if (outbox_) outbox_->deliver();
}

}  // namespace patchbay::detail
