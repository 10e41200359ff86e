// What a channel gives to whom: names, order, and the history.
#include "channel_fixture.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;

namespace {

Task<Texts> subscribe_and_receive(Channel channel, SubscribeOptions options, std::size_t count) {
    Subscription subscription = channel.subscribe(options);
    co_return co_await receive_some(subscription, count);
}

Task<bool> has_all(Channel channel, std::uint64_t start, std::uint64_t count) {
    Subscription subscription = channel.subscribe({.queue = count, .after = start});
    for (std::uint64_t id = start + 1; id <= start + count; ++id) {
        const auto message = co_await subscription.receive();
        if (!message || message->id() != id) co_return false;
    }
    co_return !subscription.missed() && subscription.dropped() == 0;
}

}  // namespace

TEST_CASE("a message reaches a task that waits on another loop", "[channel]") {
    TestHost host{2};
    const PluginThread thread{host};
    Channel channel{"news"};
    std::promise<void> subscribed;
    const auto running = host.start(receive_one(channel, &subscribed), 1);
    test::get(subscribed.get_future());
    const std::uint64_t id = channel.publish("first");
    CHECK(running->get() == "first");
    CHECK(id == channel.last_id());
    CHECK(id < std::uint64_t{1} << 53);
}

TEST_CASE("the same name is the same channel, as long as anybody has it", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    std::uint64_t first = 0;
    {
        const Channel one{"room 1", {.history = 2}};
        const Channel same{"room 1"};
        const Channel other{"room 2"};
        BlockingSubscription of_other = other.subscribe_blocking();
        for (int i = 0; i < 1'000; ++i) one.publish("-");  // more than one a microsecond
        first = one.publish("a");
        CHECK(same.last_id() == first);
        CHECK(same.newest()->id() == first);
        CHECK_FALSE(other.newest());  // it has no history
        CHECK_FALSE(of_other.receive_for(0ms));
        CHECK(host.run(subscribe_and_receive(same, {.after = first - 1}, 1)) == Texts{"a"});
    }
    const Channel anew{"room 1", {.history = 2}};
    CHECK(anew.last_id() > first);
    const auto missed = [](Channel channel, std::uint64_t after) -> Task<bool> {
        const Subscription subscription = channel.subscribe({.after = after});
        co_return subscription.missed();
    };
    CHECK(host.run(missed(anew, first)));
    CHECK_FALSE(host.run(missed(anew, anew.last_id())));
}

TEST_CASE("names and options that make no sense are refused", "[channel]") {
    TestHost host;
    CHECK_THROWS_AS(Channel{"news"}, std::logic_error);
    const PluginThread thread{host};
    CHECK_THROWS_AS(Channel{""}, std::invalid_argument);
    CHECK_THROWS_AS(Channel{std::string(257, 'a')}, std::invalid_argument);
    CHECK_THROWS_AS(Channel{"a\nb"}, std::invalid_argument);
    const Channel channel{std::string(256, 'a')};
    CHECK_THROWS_AS(channel.publish(std::string(Channel::max_message + 1, 'x')), std::invalid_argument);
    CHECK(channel.publish(std::string(Channel::max_message, 'x')) > 0);
    CHECK_THROWS_AS(channel.subscribe_blocking({.queue = 0}), std::invalid_argument);
    CHECK_THROWS_AS(channel.subscribe({.queue = 0}), std::invalid_argument);
}

TEST_CASE("messages come in order, each once, however many loops and threads there are", "[channel]") {
    constexpr int threads = 4;
    constexpr int each = 2'000;
    TestHost host{3};
    const PluginThread thread{host};
    const Channel channel{"numbers", {.history = threads * each}};
    const std::uint64_t start = channel.last_id();
    std::vector<std::thread> publishers;
    for (int i = 0; i < threads; ++i) {
        publishers.emplace_back([&, i] {
            const PluginThread of_the_plugin{host};
            for (int n = 0; n < each; ++n) channel.publish(std::to_string(i));
        });
    }
    // Some of it from the history, and the rest as it comes.
    std::vector<std::shared_ptr<Running<bool>>> running;
    for (unsigned i = 0; i < 30; ++i)
        running.push_back(host.start(has_all(channel, start, threads * each), i % 3));
    CHECK(host.on_executor([&] {
        BlockingSubscription numbers = channel.subscribe_blocking({.queue = threads * each, .after = start});
        std::uint64_t id = start;
        while (id < start + threads * each)
            if (numbers.receive()->id() != ++id) return false;
        return numbers.dropped() == 0;
    }));
    for (std::thread& publisher : publishers) publisher.join();
    for (const auto& subscriber : running) CHECK(subscriber->get());
    CHECK(channel.last_id() == start + threads * each);
}

TEST_CASE("the history comes first, however short the queue", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto late = [](Channel channel) -> Task<> {
        const std::uint64_t start = channel.last_id();
        for (int i = 1; i <= 5; ++i) channel.publish(std::to_string(i));
        Subscription all = channel.subscribe({.queue = 1, .after = start});
        Subscription some = channel.subscribe({.after = start + 3});
        Subscription none = channel.subscribe({.after = start + 5});
        Subscription only_new = channel.subscribe();
        Subscription of_the_future = channel.subscribe({.after = start + 6});
        CHECK_FALSE(all.missed());
        CHECK_FALSE(only_new.missed());
        CHECK_FALSE(none.missed());
        CHECK(of_the_future.missed());
        channel.publish("6");
        const Texts of_all = co_await receive_some(all, 5);
        CHECK(of_all == Texts{"1", "2", "3", "4", "5"});
        const Texts of_some = co_await receive_some(some, 3);
        CHECK(of_some == Texts{"4", "5", "6"});
        const Texts of_none = co_await receive_some(none, 1);
        CHECK(of_none == Texts{"6"});
        const Texts of_new = co_await receive_some(only_new, 1);
        CHECK(of_new == Texts{"6"});
        const Texts of_future = co_await receive_some(of_the_future, 6);
        CHECK(of_future == Texts{"1", "2", "3", "4", "5", "6"});
        const Texts rest = co_await receive_some(all, 1);
        CHECK(rest == Texts{"6"});
    };
    host.run(late(Channel{"news", {.history = 100}}));
}

TEST_CASE("a history is bounded by messages and by bytes, and says what it lacks", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto kept = [](const Channel& channel, std::uint64_t after) {
        BlockingSubscription subscription = channel.subscribe_blocking({.after = after});
        int count = 0;
        while (subscription.receive_for(0ms)) ++count;
        return std::pair{count, subscription.missed()};
    };
    const Channel few{"few", {.history = 3}};
    const std::uint64_t start = few.last_id();
    for (int i = 0; i < 5; ++i) few.publish("x");
    CHECK(kept(few, start + 1) == std::pair{3, true});
    CHECK(kept(few, start + 2) == std::pair{3, false});
    CHECK(kept(few, start + 4) == std::pair{1, false});

    // The longest that anybody asks for.
    const Channel more{"few", {.history = 6}};
    const Channel less{"few", {.history = 1}};
    for (int i = 0; i < 9; ++i) few.publish("x");
    CHECK(kept(few, start) == std::pair{6, true});

    const Channel small{"small", {.history = 1000, .history_bytes = 10'000}};
    for (int i = 0; i < 5; ++i) small.publish(std::string(4'000, 'x'));
    CHECK(kept(small, 0) == std::pair{2, true});
    small.publish(std::string(20'000, 'x'));
    CHECK(kept(small, small.last_id() - 1) == std::pair{0, true});
    CHECK(kept(small, small.last_id()) == std::pair{0, false});
}
