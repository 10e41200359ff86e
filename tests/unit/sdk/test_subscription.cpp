// Subscribers that are slow, cancelled, ended, or used as they may not be.
#include "channel_fixture.hpp"

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;

TEST_CASE("a subscriber that is slow loses the oldest, and can count them", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto slow = [](Channel channel) -> Task<> {
        Subscription subscription = channel.subscribe({.queue = 3});
        for (int i = 1; i <= 10; ++i) channel.publish(std::to_string(i));
        co_await delivered();
        CHECK(subscription.dropped() == 7);
        const Texts texts = co_await receive_some(subscription, 3);
        CHECK(texts == Texts{"8", "9", "10"});
        channel.publish("11");
        const Texts more = co_await receive_some(subscription, 1);
        CHECK(more == Texts{"11"});
        CHECK(subscription.dropped() == 7);
    };
    host.run(slow(Channel{"news"}));
    BlockingSubscription blocking = Channel{"others"}.subscribe_blocking({.queue = 2});
    for (int i = 1; i <= 3; ++i) Channel{"others"}.publish(std::to_string(i));
    CHECK(blocking.receive()->text() == "2");
    CHECK(blocking.dropped() == 1);
}

TEST_CASE("a subscriber that is slow is ended after what it has, if it wants that", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto slow = [](Channel channel) -> Task<> {
        Subscription subscription = channel.subscribe({.queue = 3, .when_full = SlowSubscriber::end});
        for (int i = 1; i <= 10; ++i) channel.publish(std::to_string(i));
        co_await delivered();
        const Texts texts = co_await receive_some(subscription, 100);
        CHECK(texts == Texts{"1", "2", "3"});
        CHECK(subscription.dropped() == 0);
    };
    host.run(slow(Channel{"news"}));
    BlockingSubscription blocking =
        Channel{"others"}.subscribe_blocking({.queue = 1, .when_full = SlowSubscriber::end});
    Channel{"others"}.publish("a");
    CHECK_FALSE(blocking.ended());
    Channel{"others"}.publish("b");
    CHECK(blocking.receive()->text() == "a");
    CHECK(blocking.ended());
    CHECK_FALSE(blocking.receive());
}

TEST_CASE("a task that waits for a message can be cancelled, and loses none", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto impatient = [](Channel channel) -> Task<> {
        Subscription subscription = channel.subscribe();
        CHECK_THROWS_AS(co_await with_timeout(receive_some(subscription, 1), 1ms), TimedOut);
        channel.publish("after all");
        const Texts texts = co_await receive_some(subscription, 1);
        CHECK(texts == Texts{"after all"});
    };
    host.run(impatient(Channel{"news"}));

    std::promise<void> subscribed;
    const auto running = host.start(receive_one(Channel{"news"}, &subscribed));
    test::get(subscribed.get_future());
    running->stop();
    CHECK_THROWS_AS(running->get(), boost::system::system_error);
}

TEST_CASE("what is no use of a subscription is said", "[channel]") {
    TestHost host{2};
    const PluginThread thread{host};
    const Channel channel{"news"};
    const auto twice = [](Channel on) -> Task<> {
        Subscription subscription = on.subscribe();
        co_await when_all(receive_some(subscription, 1), receive_some(subscription, 1));
    };
    CHECK_THROWS_WITH(host.run(twice(channel)), Catch::Contains("another task receives"));
    Subscription of_home = channel.subscribe();  // a thread's are of the home loop
    CHECK_THROWS_WITH(host.run(receive_some(of_home, 1), 1), Catch::Contains("another event loop"));
    channel.publish("x");
    CHECK(host.run(receive_some(of_home, 1), 0) == Texts{"x"});
    const Subscription elsewhere = std::move(of_home);
    CHECK_THROWS_WITH(host.run(receive_some(of_home, 1), 0), Catch::Contains("moved from"));
    CHECK(elsewhere.dropped() == 0);
    const auto blocks = [](Channel on) -> Task<> {
        static_cast<void>(on.subscribe_blocking().receive_for(1ms));
        co_return;
    };
    CHECK_THROWS_WITH(host.run(blocks(channel)), Catch::Contains("co_await"));
}

TEST_CASE("nothing comes after the end of a subscription", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto ends = [](Channel channel) -> Task<> {
        Subscription subscription = channel.subscribe();
        const auto end_it = [](Subscription& other) -> Task<> {
            co_await delivered();
            other.end();
        };
        channel.publish("1");
        const auto [texts, nothing] = co_await when_all(receive_some(subscription, 2), end_it(subscription));
        CHECK(texts == Texts{"1"});
        channel.publish("2");
        co_await delivered();
        const auto message = co_await subscription.receive();
        CHECK_FALSE(message);
    };
    host.run(ends(Channel{"news"}));
}

TEST_CASE("a task that a message wakes may end others that it wakes", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto all = [](Channel channel) -> Task<> {
        std::vector<std::unique_ptr<Subscription>> others;
        for (int i = 0; i < 3; ++i) others.push_back(std::make_unique<Subscription>(channel.subscribe()));
        const auto first = [](std::vector<std::unique_ptr<Subscription>>& every) -> Task<> {
            co_await every[0]->receive();
            every[1]->end();
            every[2].reset();
        };
        const auto other = [](Subscription& of) -> Task<int> {
            const auto message = co_await of.receive();
            co_return message ? 1 : 0;
        };
        const auto publish = [](Channel on) -> Task<> {
            on.publish("x");
            co_return;
        };
        const auto [a, b, c, d] =
            co_await when_all(first(others), other(*others[1]), other(*others[2]), publish(channel));
        CHECK(b + c == 0);
    };
    host.run(all(Channel{"news"}));
}
