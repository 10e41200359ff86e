// An exchange whose answer opens a WebSocket: who keeps what is attached to its request, and until when.
#include "http/exchange.hpp"
#include "http/filter_run.hpp"

#include <patchbay/detail/websocket_session.hpp>
#include <patchbay/problem.hpp>

namespace patchbay {

using http::status;

// Without inner filters nobody but the handler sees the values, and that of a WebSocket goes on.
void Exchange::pass_values_on() noexcept {
    detail::RequestData& request = parser_.request();
    const detail::WebSocketOffer* const offer = response_.websocket();
    if (offer && offer->session().keep_values()) {
        request.attached = nullptr;
    } else {
        detail::drop_values(request);
    }
}

void Exchange::on_upgrade() noexcept {
    if (!doomed) return owner_->on_exchange_upgrade();
    decline_upgrade(problem(status::service_unavailable, "The request was cancelled."));
}

void Exchange::decline_upgrade(Response answer) {
    response_ = std::move(answer);
    resume_filters();
}

// What it has posted to its loop finds no owner any more.
std::unique_ptr<Exchange> Exchange::outlive_owner(std::unique_ptr<Exchange> exchange) noexcept {
    exchange->owner_ = nullptr;
    exchange->abandoned_ = true;
    exchange->filter_run_->upgrade();
    return exchange;
}

void Exchange::leave_upgrade(std::unique_ptr<Exchange> exchange) noexcept {
    Exchange& left = *exchange.release();  // ended() deletes it
    deliver_to(*left.loop_, left, [](LoopMessage& message) noexcept {
        static_cast<Message&>(message).exchange->resume_filters();
    });
}

}  // namespace patchbay
