#include "runtime/loop_thread.hpp"

#include <patchbay/event_loop.hpp>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace patchbay;

namespace {

void ignore_stray(std::string_view) {}

}  // namespace

TEST_CASE("a loop is known to the SDK by its name, on its own thread only") {
    LoopThread loop{3, ignore_stray};
    loop.start();
    std::string name;
    bool inside = false;
    loop.run_and_wait([&] {
        name = event_loop().value().name();
        inside = loop.running_in_this_thread();
    });
    CHECK(name == "loop-3");
    CHECK(inside);
    CHECK_FALSE(loop.running_in_this_thread());
    CHECK_FALSE(event_loop().has_value());
}

TEST_CASE("messages from many threads are all handled, each thread's in order") {
    struct Numbered : LoopMessage {
        std::vector<std::vector<int>>* seen = nullptr;
        std::size_t sender = 0;
        int number = 0;
    };
    constexpr std::size_t senders = 4;
    constexpr int each = 2'000;
    LoopThread loop{0, ignore_stray};
    loop.start();
    std::vector<std::vector<int>> seen(senders);  // touched on the loop only
    std::vector<std::vector<Numbered>> messages(senders);
    std::vector<std::thread> threads;
    for (std::size_t sender = 0; sender < senders; ++sender) {
        messages[sender] = std::vector<Numbered>(each);
        threads.emplace_back([&, sender] {
            for (int i = 0; i < each; ++i) {
                Numbered& message = messages[sender][static_cast<std::size_t>(i)];
                message.seen = &seen;
                message.sender = sender;
                message.number = i;
                message.handle = [](LoopMessage& delivered) noexcept {
                    auto& numbered = static_cast<Numbered&>(delivered);
                    (*numbered.seen)[numbered.sender].push_back(numbered.number);
                };
                loop.deliver(message);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    loop.run_and_wait([] {});
    for (const auto& numbers : seen) {
        REQUIRE(numbers.size() == each);
        CHECK(std::is_sorted(numbers.begin(), numbers.end()));
    }
}

TEST_CASE("a posted function that throws is reported, and the loop goes on") {
    std::string stray;
    LoopThread loop{0, [&stray](std::string_view what) { stray = what; }};
    loop.start();
    boost::asio::post(loop.context(), [] { throw std::runtime_error{"posted"}; });
    loop.run_and_wait([&] { CHECK(stray == "posted"); });
    boost::asio::post(loop.context(), [] { throw 1; });
    loop.run_and_wait([&] { CHECK(stray == "an exception that is no std::exception"); });
}

TEST_CASE("whoever waits for a blocked loop may give up; the function runs later") {
    LoopThread loop{0, ignore_stray};
    loop.start();
    std::promise<void> unblock;
    boost::asio::post(loop.context(), [blocked = unblock.get_future().share()] { blocked.wait(); });
    const auto ran = std::make_shared<std::atomic<bool>>(false);
    CHECK_FALSE(loop.run_within(std::chrono::milliseconds{20}, [ran] { *ran = true; }));
    unblock.set_value();
    CHECK(loop.run_within(std::chrono::seconds{10}, [] {}));
    CHECK(*ran);
}
