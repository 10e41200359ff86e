#include "http/body_pipe.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <thread>

using namespace patchbay;

namespace {

/// A pipe whose reader knows that a body begins, as a connection does once the first message has arrived.
struct Piped {
    int told = 0;
    BodyPipe pipe{[this] { ++told; }};

    Piped() { pipe.heard(); }
};

struct Waiting final : detail::BodySink::Waiter {
    int told = 0;

    void on_room() noexcept override { ++told; }
};

}  // namespace

TEST_CASE("the reader of a pipe is told once until it takes") {
    Piped piped;
    CHECK(piped.pipe.take().empty());
    CHECK(piped.pipe.put("a"));
    CHECK(piped.pipe.put("b"));
    CHECK(piped.told == 1);
    piped.pipe.heard();
    CHECK(piped.pipe.take() == "ab");
    CHECK(piped.pipe.put(""));
    CHECK(piped.told == 1);
    CHECK(piped.pipe.put("c"));
    CHECK(piped.told == 2);
}

TEST_CASE("no news is sent while the last is on its way, whoever takes meanwhile") {
    Piped piped;
    CHECK(piped.pipe.take().empty());
    CHECK(piped.pipe.put("a"));
    CHECK(piped.told == 1);
    CHECK(piped.pipe.take() == "a");  // not because of the news
    CHECK(piped.pipe.put("b"));
    CHECK(piped.told == 1);
    piped.pipe.heard();  // it arrives now, and leads to "b"
    CHECK(piped.pipe.take() == "b");
    CHECK(piped.pipe.put("c"));
    CHECK(piped.told == 2);
}

TEST_CASE("a pipe holds its producer back from 64 KiB on, and lets it go when it is taken or closed") {
    Piped piped;
    CHECK(piped.pipe.put(std::string(64 * 1024 - 1, 'x')));
    CHECK(piped.pipe.has_room());
    CHECK(piped.pipe.put("x"));
    CHECK_FALSE(piped.pipe.has_room());
    bool went_on = false;
    std::thread producer{[&] { went_on = piped.pipe.block_for_room(); }};
    CHECK(piped.pipe.take().size() == 64 * 1024);
    producer.join();
    CHECK(went_on);
    CHECK(piped.pipe.put(std::string(64 * 1024, 'x')));
    std::thread held{[&] { went_on = piped.pipe.block_for_room(); }};
    piped.pipe.close();
    held.join();
    CHECK_FALSE(went_on);
    CHECK_FALSE(piped.pipe.put("x"));
}

TEST_CASE("a pipe that was ended keeps what it has, and takes a last piece") {
    Piped piped;
    CHECK_FALSE(piped.pipe.put_last("x"));  // nobody has asked
    CHECK(piped.pipe.put(std::string(64 * 1024, 'x')));
    bool went_on = true;
    std::thread held{[&] { went_on = piped.pipe.block_for_room(); }};
    piped.pipe.end();
    held.join();
    CHECK_FALSE(went_on);
    CHECK(piped.pipe.ended());
    CHECK_FALSE(piped.pipe.put("y"));
    CHECK(piped.pipe.put_last("z"));
    CHECK(piped.pipe.take() == std::string(64 * 1024, 'x') + 'z');
    piped.pipe.close();
    CHECK_FALSE(piped.pipe.put_last("z"));
    CHECK(piped.pipe.take().empty());
}

TEST_CASE("each of several that wait for room is told once, unless it waits no more") {
    Piped piped;
    CHECK(piped.pipe.put(std::string(64 * 1024, 'x')));
    Waiting first;
    Waiting second;
    Waiting third;
    for (Waiting* waiting : {&first, &second, &third}) piped.pipe.wait_for_room(*waiting);
    CHECK(piped.pipe.forget(second));
    CHECK_FALSE(piped.pipe.forget(second));
    piped.pipe.take();
    CHECK(first.told == 1);
    CHECK(second.told == 0);
    CHECK(third.told == 1);
    CHECK_FALSE(piped.pipe.forget(first));
    piped.pipe.close();
    CHECK(first.told + third.told == 2);
}
