// One HTTP/1.1 connection: reads requests, runs them one after another, answers in order. Owned by the loop's
// server, on that loop's thread.
#pragma once

#include "http/buffer.hpp"
#include "http/exchange.hpp"
#include "net/poller.hpp"
#include "runtime/timer_wheel.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace patchbay {

class LoopServer;

/// Holds neither a buffer nor an exchange while it is idle.
class Connection final : public EventSource, public TimerWheel::Entry, public ExchangeOwner {
public:
    /// Owns the socket.
    Connection(LoopServer& server, int socket, const boost::asio::ip::tcp::endpoint& peer);
    ~Connection() override;

    void on_events(std::uint32_t events) override;

    /// After the current answer, or at once when there is none to come.
    void close_after_answer();
    /// Asks the running handler to stop if it is of that generation; null means any.
    void stop_handler(const ServedGeneration* only);
    void close_now();
    /// Whether a handler runs for it.
    bool running() const noexcept { return state_ == State::running; }

    Connection* previous = nullptr;  // the server's list
    Connection* following = nullptr;

private:
    enum class State : std::uint8_t {
        idle,      // no byte of a request
        reading,   // part of a request
        running,   // a handler runs
        lingering  // all is said; what still comes in is read and dropped, so that a reset can't destroy the
                   // answer
    };

    class OutputTurn;

    void on_timeout() override;
    void on_exchange_ended() override;

    void read();
    void work();
    void serve_requests();
    bool begin_request();
    bool choose_handler();
    bool run_handler();
    bool wait_for_more();
    void answer(const Response& response);
    void answer_and_end(const Response& response);
    void refuse(RequestFault fault);
    void refuse(http::status status, std::string_view detail);
    bool goes_on();
    void make_room();
    void flush();
    void send_unsent();
    void after_flush();
    void linger();
    void discard_input();
    void watch(std::uint32_t events);

    LoopServer& server_;
    int socket_;
    State state_ = State::idle;
    bool last_answer_ = false;    // the connection ends once what is in the output is sent
    bool peer_finished_ = false;  // end of file was read
    bool waiting_for_body_ = false;
    std::uint32_t watched_;
    std::size_t window_bytes_ = 0;  // of a body received, or of an answer sent, since the timeout was armed
    boost::asio::ip::tcp::endpoint peer_;
    std::unique_ptr<Buffer> input_;
    std::unique_ptr<Exchange> exchange_;
    std::string unsent_;  // what the socket did not take yet; no request is read meanwhile
};

}  // namespace patchbay
