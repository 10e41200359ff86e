// One HTTP/1.1 connection: reads requests, runs them one after another, answers in order. Owned by the loop's
// server, on that loop's thread.
#pragma once

#include "http/access_reporter.hpp"
#include "http/buffer.hpp"
#include "http/coded_body.hpp"
#include "http/exchange.hpp"
#include "http/filters/filter.hpp"
#include "http/response_writer.hpp"
#include "net/backlog.hpp"
#include "net/poller.hpp"
#include "net/websocket_handover.hpp"
#include "runtime/timer_wheel.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace patchbay {

class ConnectionCounts;
class LoopServer;
struct ServedListener;

/// Of one that may not fit into the peer's receive buffer, in bytes.
inline constexpr std::size_t large_answer = 16 * 1024;

/// Holds neither a buffer nor an exchange while it is idle.
class Connection final : public EventSource, public TimerWheel::Entry, public ExchangeOwner {
public:
    /// Owns the socket. The listener outlives it. With the PROXY protocol, its header must come first.
    Connection(LoopServer& server, const ServedListener& listener, int socket,
               const boost::asio::ip::tcp::endpoint& peer, bool proxy_protocol);
    ~Connection() override;

    void on_events(std::uint32_t events) override;
    void on_received() override;
    void on_send() override;
    /// Resets it: what of an answer is out, and what is lost, nobody knows.
    void on_failure() override { reset(); }

    /// Closes it at once when nothing has been asked and nothing is left to send. Any other ends after its
    /// current answer because its server drains.
    void close_after_answer();
    /// Asks the running handler to stop if it is of that generation; null means any. What is cancelled ends
    /// in a later turn of its loop.
    void stop_handler(const ServedGeneration* only);
    /// Closes the socket, asks a running handler to stop and takes itself off its server, which keeps it
    /// until the loop's next turn: retired() from now on. Again: nothing.
    void close_now();
    /// Out of descriptors: one request that comes at once, and the end right after its answer. Otherwise 503.
    /// The handler may run in here; the connection may be retired on return.
    void serve_one_within(std::chrono::milliseconds time);
    /// False when its address has too many connections.
    bool count_address();
    /// Takes it off the counts of connections; once, by its server.
    void leave_counts() noexcept;
    /// Codes and sends the next slice of the body that it is sending. A stream's producer may go on in here,
    /// or the next request's handler run; the connection may be retired on return.
    void take_coding_turn();
    /// Whether a handler runs for it.
    bool running() const noexcept { return state_ == State::running; }
    /// Whether the end of an answer, or all of it, is still to be sent.
    bool owes_answer() const noexcept { return running() || backlog_; }

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

    class BodyTimer;
    class ClientProbe;

    void on_timeout() override;
    void on_exchange_ended() override;
    void on_exchange_output() override;
    void on_body_wanted() override;
    void on_early_hints(std::string_view response) override;
    void on_exchange_upgrade() override;

    bool take_proxy_header();
    void end_briefly();
    void read();
    void work();
    void serve_requests();
    void answer_requests(std::size_t most = std::numeric_limits<std::size_t>::max());
    void send_answers();
    bool may_begin_request() const noexcept;
    bool next_may_begin() const noexcept { return state_ == State::idle && may_begin_request(); }
    bool begin_request();
    void introduce(detail::RequestData& request);
    bool choose_handler();
    bool run_handler();
    Response host_answer() const;
    bool pass_on(Response response);
    bool stream_body(const BodyFraming& framing);
    void receive_body();
    void end_body_early(http::status status, std::string_view detail);
    void wait_for_body();
    void wait_for_handler();
    void on_body_timeout();
    void on_half_close();
    void probe_client();
    void finish_request();
    void give_spares_back();
    void give_exchange_back();
    bool wait_for_more();
    void answer(Response& response);
    void answer(Response&& response) { answer(response); }
    std::optional<Response> refuse_upgrade();
    bool may_upgrade() const noexcept;
    void upgrade(Response& response);
    void leave();
    bool answered_by_filter();
    const FilterChain* filters_now() const;
    bool filter(const FilterChain* filters, Response& response, BodyForm form = BodyForm::whole);
    void show_error_page(Response& response);
    void answer_from_memory(Response& whole);
    std::optional<CodedAnswer> code(Response& response, BodyForm form);
    void answer_in_slices(CodedAnswer& answer, const ResponseFraming& framing);
    void code_slice();
    void code_output();
    void end_coded_stream();
    bool next_slice_follows();
    void answer_with_file(const Response& response, const ResponseFraming& framing);
    bool begin_stream();
    void send_stream();
    void append_body(std::string_view bytes);
    void end_stream();
    void end_stream_early();
    ResponseFraming framing_of_answer();
    void answer_and_end(Response response);
    void refuse(RequestFault fault);
    void refuse(http::status status, std::string_view detail);
    bool goes_on();
    bool peer_catches_up();
    void make_room();
    bool flush();
    bool flush(std::string& out);
    bool send_backlog();
    void resume_sending();
    void after_flush();
    void linger();
    void discard_input();
    // For the access log; each only when there is one.
    AccessRequest access_request() const;
    void report(const Response& response, const ResponseFraming& framing, std::string_view error = {});
    void report_refusal(const Response& response, bool head_only);
    void report_without_answer();
    void report_later(http::status status);
    void report_end(std::string_view error = {});
    void reset();
    void watch(std::uint32_t events);
    void watch_anew();

    LoopServer& server_;
    const ServedListener& listener_;
    int socket_;
    State state_ = State::idle;
    bool last_answer_ = false;    // the connection ends once what is in the output is sent
    bool peer_finished_ = false;  // end of file was read
    bool waiting_for_body_ = false;
    bool receiving_ = false;      // a body arrives while its handler runs
    bool continue_owed_ = false;  // its client waits for a 100 until the handler reads
    bool streaming_ = false;      // the head of a stream is out; the handler's exchange runs on
    bool delivering_ = false;     // the socket may hold answers that the peer does not take
    bool proxy_header_due_;       // before the first request
    bool awaits_coding_turn_ = false;
    bool brief_ = false;              // it holds a descriptor that is needed
    std::uint8_t watched_;            // EPOLLIN, EPOLLOUT
    std::size_t window_bytes_ = 0;    // of a whole body received, or an answer sent, since the timeout began
    std::size_t held_by_socket_ = 0;  // of answers written, when it was last asked
    ConnectionCounts* address_counts_ = nullptr;  // that peer_ is in
    boost::asio::ip::tcp::endpoint peer_;
    std::uint32_t requests_ = 0;
    std::unique_ptr<Buffer> input_;
    std::unique_ptr<std::string> answers_;  // of this turn, until those of its group are made
    std::unique_ptr<Exchange> exchange_;
    std::unique_ptr<BodyTimer> body_timer_;        // of a body that arrives while its handler runs
    std::shared_ptr<ClientProbe> client_probe_;    // of one that has finished sending while its handler ran
    std::unique_ptr<Backlog> backlog_;             // no request is begun while there is one
    std::unique_ptr<CodedBody> coded_;             // of the answer that is being sent
    std::unique_ptr<WebSocketHandover> handover_;  // of the handshake that the handler may accept
    std::unique_ptr<AccessRecord> access_record_;  // of the stream or file that is being sent
};

}  // namespace patchbay
