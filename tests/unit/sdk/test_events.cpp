// Server-sent events: how they are written, and how a stream of them lives and ends.
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace patchbay;
using namespace std::string_view_literals;

namespace {

// A connection that can be full, gone, or draining.
class Sink final : public detail::BodySink {
public:
    bool put(std::string_view bytes) override {
        if (asked || gone) return false;
        text.append(bytes);
        return true;
    }
    bool put_last(std::string_view bytes) override {
        if (!asked || gone) return false;
        text.append(bytes);
        return true;
    }
    bool has_room() const override { return room || asked || gone; }
    void wait_for_room(Waiter& waiter) override { waiter_ = &waiter; }
    bool forget(Waiter&) override { return std::exchange(waiter_, nullptr) != nullptr; }
    bool block_for_room() override { return !asked && !gone; }

    std::string text;
    bool asked = false;
    bool gone = false;
    bool room = true;

private:
    Waiter* waiter_ = nullptr;
};

// Runs a response's producer against the sink; cancelled after `limit`.
Task<> produce(const Response& response, Sink& sink, std::chrono::nanoseconds limit = 1h) {
    BodyWriter writer{sink};
    co_await when_any(std::get<BodyProducer>(*response.source())(writer), sleep_for(limit));
}

void produce_blocking(const Response& response, Sink& sink) {
    BlockingBodyWriter writer{sink};
    std::get<BlockingBodyProducer> (*response.source())(writer);
}

Task<> one_two(EventWriter& out) {
    co_await out.send("one");
    co_await out.comment("between");
    co_await out.send(ServerEvent{"two"}.type("count").id("2"));
}

EventProducer asked_while_running(Sink& sink) {
    return [&sink](EventWriter& out) -> Task<> {
        co_await out.send("one");
        sink.asked = true;
        co_await out.send("never");
    };
}

class Streams final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("count", [](Request&) { return Response::events(one_two); }).route("GET /count");
        handlers.inline_("last", [](Request& request) { return last(request); }).route("GET /last");
        handlers.inline_("fails", [](Request&) { return Response::events(failing); }).route("GET /fails");
        handlers.blocking("blocking", [](Request&) { return blocking(); }).route("GET /blocking");
    }

private:
    static Response last(const Request& request) {
        return Response::text(std::string{request.last_event_id().value_or("none")});
    }
    static Task<> failing(EventWriter& out) {
        co_await out.send("one");
        throw std::runtime_error{"no more"};
    }
    static Response blocking() {
        return Response::events_blocking([](BlockingEventWriter& out) {
            out.send("one");
            out.comment("between");
            out.send(ServerEvent{"two"}.id("2"));
        });
    }
};

}  // namespace

TEST_CASE("an event is its lines") {
    CHECK(ServerEvent{}.lines().empty());
    CHECK(ServerEvent{""}.lines() == "data: \n");
    CHECK(ServerEvent{"text"}.lines() == "data: text\n");
    CHECK(ServerEvent{" text"}.lines() == "data:  text\n");  // the client takes away one blank
    CHECK(ServerEvent{"text"}.type("news").id("17").retry(3s).lines() ==
          "data: text\nevent: news\nid: 17\nretry: 3000\n");
    CHECK(ServerEvent{}.id("").lines() == "id: \n");
    ServerEvent event{"text"};
    event.id("1").type("a");
    CHECK(event.lines() == "data: text\nid: 1\nevent: a\n");
}

TEST_CASE("each end of line begins another line of data") {
    CHECK(ServerEvent{"a\nb"}.lines() == "data: a\ndata: b\n");
    CHECK(ServerEvent{"a\rb"}.lines() == "data: a\ndata: b\n");
    CHECK(ServerEvent{"a\r\nb"}.lines() == "data: a\ndata: b\n");
    CHECK(ServerEvent{"a\n\rb"}.lines() == "data: a\ndata: \ndata: b\n");
    CHECK(ServerEvent{"\n"}.lines() == "data: \ndata: \n");
    CHECK(ServerEvent{"a\r"}.lines() == "data: a\ndata: \n");
    CHECK(ServerEvent{"a\n\nid: 3"}.lines() == "data: a\ndata: \ndata: id: 3\n");
}

TEST_CASE("what would begin another field is refused in an event") {
    for (const auto bad : {"a\nb"sv, "a\rb"sv, "\n"sv, "a\0b"sv}) {
        CHECK_THROWS_AS(ServerEvent{"text"}.id(bad), std::invalid_argument);
        CHECK_THROWS_AS(ServerEvent{"text"}.type(bad), std::invalid_argument);
    }
    CHECK_THROWS_AS(ServerEvent{}.retry(-1ms), std::invalid_argument);
}

TEST_CASE("options that make no sense are refused") {
    CHECK_THROWS_AS(Response::events(one_two, {.heartbeat = -1ms}), std::invalid_argument);
    CHECK_THROWS_AS(Response::events(one_two, {.reconnect_min = -1ms}), std::invalid_argument);
    CHECK_THROWS_AS(Response::events(one_two, {.reconnect_min = 6s}), std::invalid_argument);
    CHECK_THROWS_AS(Response::events_blocking([](BlockingEventWriter&) {}, {.reconnect_max = 0s}),
                    std::invalid_argument);
}

TEST_CASE("a handler's event stream is read as its text") {
    testing::App<Streams> app;
    const Response response = app.get("/count");
    CHECK(response.content_type() == "text/event-stream");
    CHECK(response.find_header("Cache-Control") == "no-store");
    CHECK(response.find_header("X-Accel-Buffering") == "no");
    CHECK(response.body() == "data: one\n\n: between\n\ndata: two\nevent: count\nid: 2\n\n");
    CHECK(app.get("/blocking").body() == "data: one\n\n: between\n\ndata: two\nid: 2\n\n");
    CHECK(app.get("/fails").status() == http::status::internal_server_error);
    CHECK(app.request({.method = http::verb::head, .target = "/count"}).body().empty());
    app.close();
    CHECK(app.leases() == 0);
}

TEST_CASE("the last event's id comes from its header") {
    testing::App<Streams> app;
    CHECK(app.get("/last").body() == "none");
    CHECK(app.get("/last", {{"last-event-id", "17"}}).body() == "17");
}

TEST_CASE("a heartbeat is sent while nothing else is") {
    const auto pause = [](EventWriter& out) -> Task<> {
        co_await out.send("one");
        co_await sleep_for(50ms);
    };
    Sink beating;
    testing::run(produce(Response::events(pause, {.heartbeat = 1ms}), beating));
    CHECK(beating.text.starts_with("data: one\n\n:\n\n"));
    Sink silent;
    testing::run(produce(Response::events(pause, {.heartbeat = 0ms}), silent));
    CHECK(silent.text == "data: one\n\n");
    Sink patient;
    testing::run(produce(Response::events(pause, {.heartbeat = 1h}), patient));
    CHECK(patient.text == "data: one\n\n");
}

TEST_CASE("an event puts the next heartbeat off") {
    Sink sink;
    const auto busy = [](EventWriter& out) -> Task<> {
        const auto end = EventWriter::Clock::now() + 200ms;
        while (EventWriter::Clock::now() < end) {
            co_await out.send("x");
            co_await sleep_for(1ms);
        }
    };
    testing::run(produce(Response::events(busy, {.heartbeat = 150ms}), sink));
    CHECK(sink.text.find(":\n\n") == std::string::npos);
}

TEST_CASE("there is no heartbeat for a client that has not taken what was sent") {
    Sink sink;
    sink.room = false;
    const auto waiting = [](EventWriter& out) -> Task<> { co_await out.send("one"); };
    testing::run(produce(Response::events(waiting, {.heartbeat = 1ms}), sink, 20ms));
    CHECK(sink.text == "data: one\n\n");
}

TEST_CASE("a stream that the host ends tells the client when to come back") {
    Sink sink;
    const Response response =
        Response::events(asked_while_running(sink), {.reconnect_min = 1234ms, .reconnect_max = 1234ms});
    testing::run(produce(response, sink));
    CHECK(sink.text == "data: one\n\nretry: 1234\n\n");
    Sink waiting;
    const auto wait = [&waiting](EventWriter&) -> Task<> {
        waiting.asked = true;
        co_await sleep_for(1h);
    };
    const Response quiet = Response::events(wait, {.reconnect_min = 7ms, .reconnect_max = 7ms});
    testing::run(produce(quiet, waiting, 5ms));
    CHECK(waiting.text == "retry: 7\n\n");
}

TEST_CASE("a producer that ends by itself while the host asks it to also tells when to come back") {
    Sink sink;
    sink.asked = true;
    const auto nothing = [](EventWriter&) -> Task<> { co_return; };
    testing::run(produce(Response::events(nothing, {.reconnect_min = 5ms, .reconnect_max = 5ms}), sink));
    CHECK(sink.text == "retry: 5\n\n");
}

TEST_CASE("a producer that fails has no good end, also when it was asked to end") {
    for (const bool asked : {false, true}) {
        Sink sink;
        sink.asked = asked;
        const auto fail = [](EventWriter&) -> Task<> {
            co_await sleep_for(1ms);
            throw std::runtime_error{"no more"};
        };
        CHECK_THROWS_WITH(testing::run(produce(Response::events(fail), sink)), "no more");
        CHECK(sink.text.empty());
        const auto fail_blocking = [](BlockingEventWriter&) { throw std::runtime_error{"no more"}; };
        CHECK_THROWS_WITH(produce_blocking(Response::events_blocking(fail_blocking), sink), "no more");
        CHECK(sink.text.empty());
    }
}

TEST_CASE("a client that has gone is told nothing") {
    Sink sink;
    sink.gone = true;
    CHECK_THROWS_AS(testing::run(produce(Response::events(one_two), sink)), boost::system::system_error);
    CHECK_THROWS_AS(
        produce_blocking(Response::events_blocking([](BlockingEventWriter& out) { out.send("one"); }), sink),
        boost::system::system_error);
    CHECK(sink.text.empty());
}

TEST_CASE("a function's stream ends as well as a coroutine's") {
    Sink sink;
    const auto function = [&sink](BlockingEventWriter& out) {
        out.send("one");
        sink.asked = true;
        out.send("never");
    };
    produce_blocking(Response::events_blocking(function, {.reconnect_min = 9ms, .reconnect_max = 9ms}), sink);
    CHECK(sink.text == "data: one\n\nretry: 9\n\n");
}

TEST_CASE("clients come back at different times") {
    int least = 5'001;
    int most = 0;
    for (int i = 0; i < 200; ++i) {
        Sink sink;
        sink.asked = true;
        produce_blocking(Response::events_blocking([](BlockingEventWriter&) {}), sink);
        const int time = std::stoi(sink.text.substr(std::string_view{"retry: "}.size()));
        least = std::min(least, time);
        most = std::max(most, time);
    }
    CHECK(least >= 1'000);
    CHECK(least < 2'000);
    CHECK(most > 4'000);
    CHECK(most <= 5'000);
}
