// Whose turn it is to code a slice of a large body. Owned by the loop's server; used on the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>

#include <deque>

namespace patchbay {

class Connection;

/// One slice in each turn of the loop, whatever the number of connections that have one to make, and each
/// of them as often as the others.
class CodingTurns {
public:
    explicit CodingTurns(boost::asio::io_context& loop) : loop_{loop} {}
    CodingTurns(const CodingTurns&) = delete;
    CodingTurns& operator=(const CodingTurns&) = delete;

    /// Calls Connection::take_coding_turn() later. Precondition: the connection is not waiting.
    void wait(Connection& connection);
    void forget(Connection& connection) noexcept;

private:
    void post();
    void give();

    boost::asio::io_context& loop_;
    std::deque<Connection*> waiting_;
    bool posted_ = false;
};

}  // namespace patchbay
