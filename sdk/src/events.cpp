#include <patchbay/events.hpp>
#include <patchbay/response.hpp>
#include <patchbay/sleep.hpp>
#include <patchbay/task_group.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>

namespace patchbay {
namespace {

using boost::system::system_error;
using std::chrono::milliseconds;

constexpr std::string_view media_type = "text/event-stream";
constexpr std::string_view heartbeat_comment = ":\n\n";
constexpr milliseconds longest_heartbeat = std::chrono::hours{24 * 365};  // the clock has an end

void append_field(std::string& out, std::string_view field, std::string_view value) {
    out.append(field).append(": ").append(value).append("\n");
}

// A line each, for every end of line that the client's parser knows.
void append_lines(std::string& out, std::string_view field, std::string_view text) {
    for (;;) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        append_field(out, field, text.substr(0, end));
        if (end == text.size()) return;
        text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
}

void check_line(std::string_view field, std::string_view value) {
    using namespace std::string_view_literals;
    if (value.find_first_of("\r\n\0"sv) == value.npos) return;
    throw std::invalid_argument{"patchbay: the " + std::string{field} +
                                " of an event holds an end of line or NUL"};
}

std::string comment_text(std::string_view text) {
    std::string out;
    append_lines(out, "", text);
    return out += '\n';
}

void check(const EventsOptions& options) {
    if (options.heartbeat < milliseconds{0})
        throw std::invalid_argument{"patchbay: the heartbeat of an event stream is negative"};
    if (options.reconnect_min < milliseconds{0} || options.reconnect_max < options.reconnect_min)
        throw std::invalid_argument{"patchbay: event streams need 0 <= reconnect_min <= reconnect_max"};
}

// Clients that are sent away together must not come back together, which takes no more randomness than a
// clock has, mixed as SplitMix64 does it (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
// 2014).
milliseconds next_reconnect(const EventsOptions& options) {
    auto bits = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
    bits ^= bits >> 31;
    const double fraction = static_cast<double>(bits >> 32) / 4294967296.0;
    const auto range = static_cast<double>((options.reconnect_max - options.reconnect_min).count()) + 1;
    return options.reconnect_min + milliseconds{static_cast<milliseconds::rep>(range * fraction)};
}

// False unless the host ends the stream: then the client is told when to come back.
bool part(detail::BodySink& sink, const EventsOptions& options) {
    return sink.put_last(ServerEvent{}.retry(next_reconnect(options)).lines() + '\n');
}

// What a producer ends with that was asked to stop, whoever asked.
bool is_cancellation(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

Task<> produce(const EventProducer& producer, EventWriter& out, std::exception_ptr& failure) {
    try {
        co_await producer(out);
    } catch (...) {
        failure = std::current_exception();
    }
}

// Until it is cancelled. Never waits for room: while there is none the client has something to read, or is
// too slow, which is the host's to find out.
Task<> keep_alive(detail::BodySink& sink, const EventWriter& out, milliseconds interval) {
    interval = std::min(interval, longest_heartbeat);
    try {
        auto last = out.last_write();
        for (;;) {
            co_await sleep_until(last + interval);
            const auto now = EventWriter::Clock::now();
            last = std::max(last, out.last_write());
            if (last + interval > now) continue;
            last = now;
            if (sink.has_room() && !sink.put(heartbeat_comment)) co_return;
        }
    } catch (const system_error&) {  // cancelled; the producer tells how the stream has ended
    }
}

Task<> run_events(const EventProducer& producer, EventsOptions options, BodyWriter& body) {
    EventWriter out{body};
    std::exception_ptr failure;
    if (options.heartbeat == milliseconds{0}) {
        co_await produce(producer, out, failure);
    } else {
        co_await when_any(produce(producer, out, failure), keep_alive(body.sink(), out, options.heartbeat));
    }
    if (failure && !is_cancellation(failure)) std::rethrow_exception(failure);
    const bool parted = part(body.sink(), options);
    if (failure && !parted) std::rethrow_exception(failure);
}

void run_events_blocking(const BlockingEventProducer& producer, const EventsOptions& options,
                         BlockingBodyWriter& body) {
    BlockingEventWriter out{body};
    std::exception_ptr failure;
    try {
        producer(out);
    } catch (...) {
        failure = std::current_exception();
        if (!is_cancellation(failure)) throw;
    }
    const bool parted = part(body.sink(), options);
    if (failure && !parted) std::rethrow_exception(failure);
}

}  // namespace

ServerEvent::ServerEvent(std::string_view data) { append_lines(lines_, "data", data); }

ServerEvent& ServerEvent::type(std::string_view type) & {
    check_line("type", type);
    append_field(lines_, "event", type);
    return *this;
}

ServerEvent& ServerEvent::id(std::string_view id) & {
    check_line("id", id);
    append_field(lines_, "id", id);
    return *this;
}

ServerEvent& ServerEvent::retry(milliseconds time) & {
    if (time < milliseconds{0}) throw std::invalid_argument{"patchbay: the retry of an event is negative"};
    append_field(lines_, "retry", std::to_string(time.count()));
    return *this;
}

Task<> EventWriter::comment(std::string_view text) { return write(comment_text(text)); }

Task<> EventWriter::write(std::string_view bytes) {
    last_write_ = Clock::now();
    return out_->write(bytes);
}

void BlockingEventWriter::comment(std::string_view text) { out_->write(comment_text(text)); }

Response Response::events(EventProducer producer, EventsOptions options) {
    check(options);
    Response response = stream([producer = std::move(producer),
                                options](BodyWriter& out) { return run_events(producer, options, out); },
                               media_type);
    response.be_events();
    return response;
}

Response Response::events_blocking(BlockingEventProducer producer, EventsOptions options) {
    check(options);
    Response response =
        stream_blocking([producer = std::move(producer),
                         options](BlockingBodyWriter& out) { run_events_blocking(producer, options, out); },
                        media_type);
    response.be_events();
    return response;
}

void Response::be_events() {
    may_end_early_ = true;
    header("Cache-Control", "no-store");
    header("X-Accel-Buffering", "no");  // nginx would otherwise collect events before it passes them on
}

}  // namespace patchbay
