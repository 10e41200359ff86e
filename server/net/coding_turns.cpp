#include "net/coding_turns.hpp"

#include "net/connection.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace patchbay {

void CodingTurns::wait(Connection& connection) {
    waiting_.push_back(&connection);
    post();
}

void CodingTurns::forget(Connection& connection) noexcept { std::erase(waiting_, &connection); }

// The loop looks at its sockets and timers between one posted function and the next.
void CodingTurns::post() {
    if (std::exchange(posted_, true)) return;
    boost::asio::post(loop_, [this] { give(); });
}

void CodingTurns::give() {
    posted_ = false;
    if (waiting_.empty()) return;
    Connection& connection = *waiting_.front();
    waiting_.pop_front();
    if (!waiting_.empty()) post();
    connection.take_coding_turn();
}

}  // namespace patchbay
