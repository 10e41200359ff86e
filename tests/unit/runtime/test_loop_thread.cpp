#include "runtime/loop_thread.hpp"

#include <patchbay/event_loop.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace patchbay;

TEST_CASE("a loop is known to the SDK by its name, on its own thread only") {
    LoopThread loop{3};
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
    LoopThread loop{0};
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
