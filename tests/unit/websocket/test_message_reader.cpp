#include "support/client_frame.hpp"
#include "websocket/message_reader.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;
using namespace patchbay::websocket;
using Step = MessageReader::Step;

namespace {

constexpr MessageReader::Limits small_limits{.frame = 100'000, .message = 200'000};

struct Event {
    Step step;
    std::string payload;
    CloseCode code = CloseCode::no_status;

    bool operator==(const Event&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Event& event) {
    return out << static_cast<int>(event.step) << ' ' << event.payload.substr(0, 80);
}

// All that is read before more is wanted, or nothing more is read.
void read_all(MessageReader& reader, std::string& bytes, std::vector<Event>& events) {
    std::span<char> rest{bytes};
    for (;;) {
        const Step step = reader.read(rest);
        rest = rest.subspan(reader.consumed());
        if (step == Step::need_more) break;
        events.push_back({step, std::string{reader.payload()}, reader.close_code()});
        if (step == Step::refused) return;
    }
    CHECK(rest.empty());
}

std::vector<Event> events_of(const std::string& bytes, std::size_t piece = 1'000'000) {
    MessageReader reader{small_limits};
    std::vector<Event> events;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        std::string part = bytes.substr(at, piece);
        read_all(reader, part, events);
    }
    return events;
}

Event message(std::string payload) { return {Step::message, std::move(payload)}; }

}  // namespace

TEST_CASE("messages and control frames come in their order, in pieces of any size") {
    const ClientFrame more{.fin = false};
    const std::string bytes =
        text_frame("") + text_frame("hello") + client_frame(9, "are you there") + text_frame("h\xc3", more) +
        client_frame(9, std::string(125, 'p')) + client_frame(0, "", more) + client_frame(10, "yes") +
        client_frame(0, "\xa4tt", more) + client_frame(0, "e") + client_frame(2, "\xff", more) +
        client_frame(0, "") + client_frame(2, "", more) + client_frame(0, "last") + client_frame(10, "") +
        close_frame(1001, "gone");
    const std::vector<Event> expected{
        message(""),
        message("hello"),
        {Step::ping, "are you there"},
        {Step::ping, std::string(125, 'p')},
        {Step::pong, "yes"},
        message("h\xc3\xa4tte"),
        message("\xff"),
        message("last"),
        {Step::pong, ""},
        {Step::close, "gone", CloseCode::going_away},
    };
    const auto piece = GENERATE(1U, 2U, 3U, 5U, 13U, 14U, 100U, 1'000'000U);
    CHECK(events_of(bytes, piece) == expected);
}

TEST_CASE("payloads of every size and place are unmasked") {
    std::mt19937 random{1};
    for (const std::size_t size :
         {0, 1, 2, 3, 7, 8, 9, 15, 16, 63, 64, 65, 125, 126, 127, 65'535, 65'536, 70'000}) {
        std::string payload;
        for (std::size_t i = 0; i < size; ++i) payload += static_cast<char>(random());
        const ClientFrame details{
            .key = {static_cast<char>(random()), '\x01', static_cast<char>(random()), '\xff'}};
        const std::string bytes = client_frame(2, payload, details);
        for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, std::size_t{4096}, bytes.size()}) {
            if (piece == 1 && size > 1000) continue;
            CAPTURE(size, piece);
            CHECK((events_of(bytes, piece) == std::vector{message(payload)}));
        }
    }
}

TEST_CASE("a message in one frame is a view of the bytes") {
    MessageReader reader{small_limits};
    std::string bytes = text_frame("hello") + client_frame(2, "world");
    REQUIRE(reader.read(bytes) == Step::message);
    CHECK(reader.kind() == Kind::text);
    CHECK(reader.payload() == "hello");
    CHECK(static_cast<const void*>(reader.payload().data()) == bytes.data() + 6);
    CHECK(reader.consumed() == 11);
    REQUIRE(reader.read(std::span{bytes}.subspan(11)) == Step::message);
    CHECK(reader.kind() == Kind::binary);
    CHECK(static_cast<const void*>(reader.payload().data()) == bytes.data() + 17);
}

TEST_CASE("the limits are met exactly") {
    MessageReader reader{{.frame = 10, .message = 15}};
    std::vector<Event> events;
    std::string bytes = client_frame(2, std::string(10, 'x'), {.fin = false}) + client_frame(0, "12345") +
                        client_frame(2, std::string(10, 'y')) + client_frame(9, std::string(125, 'p'));
    read_all(reader, bytes, events);
    CHECK(events == std::vector<Event>{message(std::string(10, 'x') + "12345"),
                                       message(std::string(10, 'y')),
                                       {Step::ping, std::string(125, 'p')}});
}

TEST_CASE("it says what the current frame lacks, and whether a message is on its way") {
    MessageReader reader{small_limits};
    std::string bytes = text_frame(std::string(1000, 'x'), {.fin = false});
    std::string front = bytes.substr(0, 108);
    std::string rest = bytes.substr(108);
    CHECK(reader.wanted() == 0);
    CHECK_FALSE(reader.within_message());
    CHECK(reader.read(front) == Step::need_more);
    CHECK(reader.wanted() == 900);
    CHECK(reader.read(rest) == Step::need_more);
    CHECK(reader.wanted() == 0);
    CHECK(reader.within_message());
    std::string end = client_frame(0, "y");
    CHECK(reader.read(end) == Step::message);
    CHECK_FALSE(reader.within_message());
}

TEST_CASE("nothing behind a close or a fault is read") {
    CHECK(events_of(client_frame(8, "") + text_frame("x") + client_frame(9, "")) ==
          std::vector<Event>{{Step::close, "", CloseCode::no_status}});
    MessageReader reader{small_limits};
    std::string wrong = client_frame(0, "x");
    CHECK(reader.read(wrong) == Step::refused);
    std::string next = text_frame("x");
    CHECK(reader.read(next) == Step::need_more);
    CHECK(reader.consumed() == next.size());
}

TEST_CASE("a client may close with any code that is to be sent") {
    for (const unsigned code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
        CAPTURE(code);
        CHECK(events_of(close_frame(code, "r\xc3\xa4son")) ==
              std::vector<Event>{{Step::close, "r\xc3\xa4son", static_cast<CloseCode>(code)}});
    }
    CHECK(events_of(close_frame(1000, std::string(123, 'x'))).size() == 1);
}
