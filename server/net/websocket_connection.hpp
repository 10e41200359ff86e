// One WebSocket (RFC 6455): reads its client's messages for the handler's session, and sends what that has to
// say. Owned by the WebSockets of the handler's loop, on that loop's thread, until the socket is closed and
// the handler has ended.
#pragma once

#include "net/poller.hpp"
#include "net/websocket_handover.hpp"
#include "runtime/timer_wheel.hpp"
#include "websocket/deflater.hpp"
#include "websocket/message_reader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

struct ServedListener;

/// Holds no buffer while nothing is on its way.
class WebSocketConnection final : public EventSource, public TimerWheel::Entry, public detail::WebSocketPort {
public:
    WebSocketConnection(LoopServer& server, WebSocketHandover& handover);
    ~WebSocketConnection() override;

    /// Sends the 101, and lets the handler go on.
    void begin(WebSocketHandover& handover);

    void on_events(std::uint32_t events) override;
    void on_failure() override;

    /// Sends what there is. The handler may go on in here.
    void flush();
    /// Says farewell after `delay`, and asks a handler that does not end then to stop.
    void close_later(CloseCode code, std::chrono::milliseconds delay);
    /// Says farewell, and asks a handler that does not end then to stop. The handler may go on in here.
    void shut_down();
    /// Closes the socket, and asks the handler to stop.
    void close_now();
    /// Null once the handler has ended.
    const ServedGeneration* generation() const noexcept { return generation_; }
    /// Asks the handler to leave the socket to a new generation's, if there is one for it. The handler may go
    /// on in here.
    void ask_to_hand_over();

    WebSocketConnection* previous = nullptr;  // the list
    WebSocketConnection* following = nullptr;
    bool awaits_flush = false;

private:
    enum class State : std::uint8_t {
        open,
        closing,  // the farewell is said, the client's is waited for
        ended,    // both are said, or none is to be had; what still comes in is dropped
        gone      // the socket is closed
    };
    class Turn;

    std::optional<WebSocketMessage> next() override;
    void send(std::string_view payload, bool is_text) override;
    bool has_room() const noexcept override;
    void close(CloseCode code, std::string_view reason) override;
    void handler_ended() noexcept override;
    void handed_over() noexcept override;

    const Endpoint* successor(PathParams& params) const noexcept;
    void change_handler();
    void begin_handler(const Endpoint& endpoint, const PathParams& params);
    void leave_generation() noexcept;
    void say_farewell(CloseCode code, std::string_view reason);
    void on_timeout() override;
    void keep_alive();
    void arm();

    void on_hang_up(std::uint32_t events);
    void read();
    void on_half_close();
    void discard();
    void take_input();
    bool parse();
    void release_input();
    void read_on();
    void end(CloseCode code, std::string_view reason);
    void answer_ping(std::string_view payload);
    bool send_some();
    void lose(std::string_view error);
    void close_socket(std::string_view error);
    void remove_if_done();
    void report(std::string_view error);
    void watch(std::uint32_t events);

    LoopServer& server_;
    const ServedListener& listener_;
    int socket_;
    State state_ = State::open;
    bool working_ = false;        // flush() follows
    bool pending_ = false;        // reader_ has a message that nobody has asked for yet
    bool held_ = false;           // the handler has it: its bytes are in input_ or reader_
    bool blocked_ = false;        // the socket takes no more of out_
    bool peer_finished_ = false;  // without a farewell; what is there to send is sent
    bool shut_ = false;           // for sending
    bool heard_ = true;           // something has come since the timeout began
    bool pinged_ = false;         // and nothing since
    bool stopping_ = false;       // the handler is to end
    std::uint32_t watched_;
    const ServedGeneration* generation_;
    std::shared_ptr<detail::WebSocketSession> session_;  // until the handler has ended
    WebSocketTerms terms_;
    websocket::MessageReader reader_;
    std::unique_ptr<websocket::Deflater> deflater_;  // null: messages are sent as they are
    std::unique_ptr<Buffer> input_;
    std::string out_;
    std::size_t sent_ = 0;          // of out_
    std::size_t window_bytes_ = 0;  // sent since the write timeout began
    std::optional<CloseCode> farewell_due_;
    ConnectionCounts* address_counts_;  // that address_ is in
    boost::asio::ip::address address_;
    std::unique_ptr<AccessRecord> record_;
    std::unique_ptr<Exchange> exchange_;  // that outlasts the handler
};

}  // namespace patchbay
