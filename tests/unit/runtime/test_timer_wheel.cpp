#include "runtime/timer_wheel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

using namespace patchbay;
using namespace std::chrono_literals;

namespace {

class Timed final : public TimerWheel::Entry {
public:
    explicit Timed(std::function<void()> then = [] {}) : then_{std::move(then)} {}
    void on_timeout() override {
        fired_at = std::chrono::steady_clock::now();
        ++times;
        then_();
    }

    int times = 0;
    std::chrono::steady_clock::time_point fired_at;

private:
    std::function<void()> then_;
};

}  // namespace

TEST_CASE("an entry fires once, never early") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    Timed entry;
    const auto start = std::chrono::steady_clock::now();
    wheel.arm(entry, 150ms);
    loop.run();  // ends: an idle wheel does not tick
    CHECK(entry.times == 1);
    CHECK(entry.fired_at - start >= 150ms);
}

TEST_CASE("the time for which the loop was held up is nobody's lateness") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    Timed entry;
    Timed ticking;
    wheel.arm(ticking, 100ms);
    std::chrono::steady_clock::time_point held_until;
    boost::asio::post(loop, [&] {
        wheel.arm(entry, 1'000ms);
        std::this_thread::sleep_for(1'500ms);  // a handler that blocks
        held_until = std::chrono::steady_clock::now();
    });
    loop.run();
    CHECK(entry.times == 1);
    CHECK(entry.fired_at - held_until >= 800ms);
}

TEST_CASE("an entry that is armed after its loop was held up is early by less than a tick") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    Timed entry;
    std::chrono::steady_clock::time_point armed_at;
    Timed ticking{[&] {
        boost::asio::post(loop, [&] {
            std::this_thread::sleep_for(450ms);  // a handler that blocks
            armed_at = std::chrono::steady_clock::now();
            wheel.arm(entry, 200ms);
        });
    }};
    Timed last;
    wheel.arm(ticking, 100ms);
    wheel.arm(last, 2'000ms);  // so that the wheel ticks all the time
    loop.run();
    CHECK(entry.times == 1);
    CHECK(entry.fired_at - armed_at > 200ms - TimerWheel::tick);
}

TEST_CASE("arming again moves the time, to later and to earlier") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    std::vector<char> order;
    Timed later{[&] { order.push_back('l'); }};
    Timed earlier{[&] { order.push_back('e'); }};
    Timed middle{[&] { order.push_back('m'); }};
    wheel.arm(later, 100ms);
    wheel.arm(earlier, 900ms);
    wheel.arm(middle, 400ms);
    wheel.arm(later, 700ms);
    wheel.arm(earlier, 100ms);
    loop.run();
    CHECK(order == std::vector<char>{'e', 'm', 'l'});
    CHECK(later.times == 1);
}

TEST_CASE("a disarmed or destroyed entry does not fire") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    Timed disarmed;
    auto destroyed = std::make_unique<Timed>([] { FAIL("fired after its end"); });
    wheel.arm(disarmed, 100ms);
    wheel.arm(*destroyed, 100ms);
    TimerWheel::disarm(disarmed);
    destroyed.reset();
    loop.run();
    CHECK(disarmed.times == 0);
}

TEST_CASE("an entry may arm or destroy itself when it fires") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    auto mortal = std::make_unique<Timed>();
    Timed killer{[&] { mortal.reset(); }};
    Timed* again = nullptr;
    Timed twice{[&] {
        if (again->times < 2) wheel.arm(*again, 100ms);
    }};
    again = &twice;
    wheel.arm(killer, 100ms);
    wheel.arm(*mortal, 100ms);
    wheel.arm(twice, 100ms);
    loop.run();
    CHECK(twice.times == 2);
    CHECK(killer.times == 1);
}

TEST_CASE("a wheel that slept keeps the time") {
    boost::asio::io_context loop;
    TimerWheel wheel{loop};
    Timed first;
    wheel.arm(first, 100ms);
    loop.run();
    loop.restart();
    const auto start = std::chrono::steady_clock::now();
    Timed second;
    wheel.arm(second, 200ms);
    loop.run();
    CHECK(second.fired_at - start >= 200ms);
}
