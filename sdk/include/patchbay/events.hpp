// Server-sent events (WHATWG HTML §9.2): what a page's EventSource reads, written by a coroutine or a plain
// function for as long as it likes. See Response::events().
#pragma once

#include <patchbay/body_writer.hpp>
#include <patchbay/export.hpp>
#include <patchbay/task.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace patchbay {

/// One event, as it goes to the client: `ServerEvent{text}.type("news").id("17")`. A value, written out once:
/// send it to as many clients as there are. Precondition: all text is UTF-8.
class PATCHBAY_API ServerEvent {
public:
    /// Without data no event is seen by the page: what else is set is told all the same.
    ServerEvent() = default;
    /// Data of several lines stays so, each end of line being LF to the page, whether it was CR, LF or CRLF.
    explicit ServerEvent(std::string_view data);

    /// The name that the page listens to; "message" where none is set.
    /// Errors: std::invalid_argument when it holds CR, LF or NUL.
    ServerEvent& type(std::string_view type) &;
    ServerEvent&& type(std::string_view type) && { return std::move(this->type(type)); }
    /// What a client that comes back says it has seen last: Request::last_event_id(). An empty one takes
    /// that back. Errors: as type().
    ServerEvent& id(std::string_view id) &;
    ServerEvent&& id(std::string_view id) && { return std::move(this->id(id)); }
    /// How long a client that has lost its connection is to wait before it comes back, from now on.
    /// Errors: std::invalid_argument when it is negative.
    ServerEvent& retry(std::chrono::milliseconds time) &;
    ServerEvent&& retry(std::chrono::milliseconds time) && { return std::move(this->retry(time)); }

    /// Its lines, without the empty one that ends it.
    const std::string& lines() const noexcept { return lines_; }

private:
    std::string lines_;
};

struct EventsOptions {
    /// After so long without an event a comment is sent, so that proxies keep the connection, and that a
    /// client that has gone is noticed; 0: never. Errors: std::invalid_argument by Response::events() when it
    /// is negative.
    std::chrono::milliseconds heartbeat{15'000};
    /// Clients of a stream that the host ends, because its plugin was replaced or the server stops, are told
    /// to come back after a time between these two, another for each, so that they don't come all at once.
    /// Errors: std::invalid_argument when one is negative, or the second below the first.
    std::chrono::milliseconds reconnect_min{1'000};
    std::chrono::milliseconds reconnect_max{5'000};
};

/// For a coroutine that produces events. Lifetime: until the coroutine has ended. Used on its loop's thread.
class PATCHBAY_API EventWriter {
public:
    using Clock = std::chrono::steady_clock;

    explicit EventWriter(BodyWriter& out) noexcept : out_{&out} {}
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;

    /// Takes the event at once; the Task ends when there is room for more: `co_await
    /// out.send(ServerEvent{text})`. Errors (of the Task): as BodyWriter::write().
    Task<> send(const ServerEvent& event) { return write(event.lines() + '\n'); }
    /// The same for an event that is data alone.
    Task<> send(std::string_view data) { return send(ServerEvent{data}); }
    /// Lines that no page sees.
    Task<> comment(std::string_view text);

    /// When the last of them was called.
    Clock::time_point last_write() const noexcept { return last_write_; }

private:
    Task<> write(std::string_view bytes);

    BodyWriter* out_;
    Clock::time_point last_write_ = Clock::now();
};

/// For a plain function that produces events on an executor thread, which it holds for as long as that takes.
class PATCHBAY_API BlockingEventWriter {
public:
    explicit BlockingEventWriter(BlockingBodyWriter& out) noexcept : out_{&out} {}
    BlockingEventWriter(const BlockingEventWriter&) = delete;
    BlockingEventWriter& operator=(const BlockingEventWriter&) = delete;

    /// Takes the event, and waits until there is room for more. Errors: as BodyWriter::write().
    void send(const ServerEvent& event) { out_->write(event.lines() + '\n'); }
    void send(std::string_view data) { send(ServerEvent{data}); }
    void comment(std::string_view text);

private:
    BlockingBodyWriter* out_;
};

/// Sends events for as long as it runs; its end is the stream's, and the client comes back for more.
using EventProducer = std::function<Task<>(EventWriter&)>;
using BlockingEventProducer = std::function<void(BlockingEventWriter&)>;

}  // namespace patchbay
