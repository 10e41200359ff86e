// What channels cost, and what bounds it: one text for all, loops that are held up, rooms that come and go;
// and threads that wait.
#include "channel_fixture.hpp"

#include <patchbay/testing.hpp>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include <deque>
#include <malloc.h>
#include <memory>
#include <semaphore>
#include <set>
#include <string>
#include <thread>

using namespace patchbay;
using namespace patchbay::test;

namespace {

/// A plugin with a subscription as a member, and one that is used from handler to handler.
class Member final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("next", [this](Request&) { return next(); }).route("GET /next");
        handlers.blocking("publish", [this](Request&) { return publish(); }).route("GET /publish");
    }
    void start() override { news_.publish("started"); }
    void stop() override { news_.publish("stopped"); }

private:
    Task<Response> next() {
        const auto message = co_await subscription_.receive();
        co_return Response::text(std::string{message->text()});
    }
    Response publish() {
        news_.publish("published");
        return Response::text("done");
    }

    Channel news_{"news"};
    Subscription subscription_ = news_.subscribe();
};

}  // namespace

TEST_CASE("all who receive a message share its text", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto many = [](Channel channel) -> Task<> {
        std::deque<Subscription> subscriptions;
        for (int i = 0; i < 1000; ++i) subscriptions.push_back(channel.subscribe());
        const std::string text(100, 'x');
        const std::size_t before = allocations();
        channel.publish(text);
        CHECK(allocations() - before < 10);
        std::set<const char*> places;
        for (Subscription& subscription : subscriptions) {
            const auto message = co_await subscription.receive();
            places.insert(message->text().data());
        }
        CHECK(places.size() == 1);
    };
    host.run(many(Channel{"news"}));
}

TEST_CASE("a loop that is held up keeps the newest messages, and counts the others", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const auto held_up = [](Channel channel, bool large) -> Task<> {
        const std::uint64_t messages = large ? 100 : 200'000;
        const std::string text(large ? Channel::max_message : 1, 'x');
        Subscription subscription = channel.subscribe({.queue = 1'000'000});
        Subscription ending = channel.subscribe({.queue = 1'000'000, .when_full = SlowSubscriber::end});
        for (std::uint64_t i = 0; i < messages; ++i) channel.publish(text);
        Subscription later = channel.subscribe({.queue = 1'000'000});
        channel.publish("newest");
        co_await delivered();
        CHECK(later.dropped() == 0);
        const auto its_first = co_await later.receive();
        CHECK(its_first->text() == "newest");
        const std::uint64_t lost = subscription.dropped();
        CHECK(lost > 0);
        auto message = co_await subscription.receive();
        CHECK(message->id() == channel.last_id() - messages + lost);
        std::uint64_t left = 1;
        for (; message->text() != "newest"; ++left) message = co_await subscription.receive();
        CHECK(left + lost == messages + 1);
        CHECK(left <= (large ? 17 : 65'536));
        const auto nothing = co_await ending.receive();
        CHECK_FALSE(nothing);
    };
    host.run(held_up(Channel{"many"}, false));
    host.run(held_up(Channel{"large"}, true));
}

TEST_CASE("rooms that come and go leave nothing behind", "[channel]") {
    TestHost host{2};
    const PluginThread thread{host};
    const auto visit = [](int first, int rooms) -> Task<int> {
        int heard = 0;
        for (int room = first; room < first + rooms; ++room) {
            const Channel channel{"room " + std::to_string(room), {.history = 10}};
            Subscription subscription = channel.subscribe();
            channel.publish("hello");
            const auto message = co_await subscription.receive();
            heard += message->text() == "hello" ? 1 : 0;
            channel.publish("goodbye");
        }
        co_return heard;
    };
    const auto rounds = [&](int rooms) {
        const auto other = host.start(visit(0, rooms), 1);
        CHECK(host.run(visit(rooms / 2, rooms)) == rooms);
        CHECK(other->get() == rooms);
        host.run(delivered(), 0);
        host.run(delivered(), 1);
    };
    rounds(2'000);
    const auto before = ::mallinfo2().uordblks;
    rounds(20'000);
    const auto after = ::mallinfo2().uordblks;
    CHECK(after < before + 100'000);
}

TEST_CASE("a subscription can be a member, and dies on another thread than its loop's", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const Channel channel{"news"};
    for (int i = 0; i < 200; ++i) {
        const Subscription subscription = channel.subscribe();
        channel.publish("x");
    }
    host.run(delivered());

    testing::App<Member> app;
    CHECK(app.get("/next").body() == "started");
    CHECK(app.get("/publish").body() == "done");
    CHECK(app.get("/next").body() == "published");
}

TEST_CASE("a task that waits goes on when its subscription dies on another thread", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const Channel channel{"news"};
    const auto wait = [](Subscription* on, std::promise<void>* begun) -> Task<bool> {
        begun->set_value();
        const auto message = co_await on->receive();
        co_return message.has_value();
    };
    for (int i = 0; i < 50; ++i) {
        auto subscription = std::make_unique<Subscription>(channel.subscribe());
        std::promise<void> begun;
        const auto waiting = host.start(wait(subscription.get(), &begun));
        get(begun.get_future());
        host.run(delivered());
        subscription.reset();
        CHECK_FALSE(waiting->get());
    }
}

TEST_CASE("a thread waits for messages, as long as it wants", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const Channel channel{"news"};
    BlockingSubscription subscription = channel.subscribe_blocking();
    CHECK_FALSE(subscription.receive_for(1ms));
    CHECK_FALSE(subscription.ended());
    std::thread publisher{[&] { channel.publish("x"); }};  // it has no need to know the plugin
    CHECK(subscription.receive_for(std::chrono::nanoseconds::max())->text() == "x");
    publisher.join();
    std::thread ender{[&] { subscription.end(); }};
    CHECK_FALSE(subscription.receive());
    ender.join();
    CHECK(subscription.ended());
    channel.publish("y");
    CHECK_FALSE(subscription.receive());
    BlockingSubscription moved = channel.subscribe_blocking();
    BlockingSubscription to = std::move(moved);
    CHECK_THROWS_AS(moved.receive(), std::logic_error);
    moved = channel.subscribe_blocking();
    to = std::move(moved);
    channel.publish("z");
    CHECK(to.receive()->text() == "z");
}

TEST_CASE("threads that wait are told when the generation's tasks are", "[channel]") {
    TestHost host{1, 2};
    const PluginThread thread{host};
    const Channel channel{"news"};
    std::counting_semaphore waiting{0};
    const auto wait = [&] {
        BlockingSubscription subscription = channel.subscribe_blocking();
        waiting.release();
        try {
            subscription.receive();
        } catch (const boost::system::system_error& error) {
            return error.code() == asio::error::operation_aborted;
        }
        return false;
    };
    std::thread asks{[&] {
        waiting.acquire();
        host.generation().cancel_outside();
    }};
    CHECK(host.on_executor(wait));
    asks.join();
    CHECK(host.on_executor(wait));  // from now on at once
}

TEST_CASE("a thread that waits is told when nobody waits for what it does", "[channel]") {
    TestHost host{1, 2};
    const PluginThread thread{host};
    const Channel channel{"news"};
    std::promise<void> waiting;
    const auto wait = [&] {
        BlockingSubscription subscription = channel.subscribe_blocking();
        waiting.set_value();
        std::string how = "received";
        try {
            subscription.receive();
        } catch (const boost::system::system_error& error) {
            how = error.code() == asio::error::operation_aborted ? "cancelled" : "another error";
        }
        return how;
    };
    const auto job = host.start([](auto call) -> Task<std::string> {
        std::string how = co_await run_blocking(call);
        co_return how;
    }(wait));
    test::get(waiting.get_future());
    job->stop();
    CHECK(job->get() == "cancelled");
}

TEST_CASE("a message that there was no memory to tell of does not keep the next ones back", "[channel]") {
    TestHost host;
    const PluginThread thread{host};
    const Channel channel{"news"};
    std::promise<void> subscribed;
    const auto received = host.start(receive_one(channel, &subscribed));
    test::get(subscribed.get_future());
    {
        const test::NoMemoryToPost none;
        CHECK_THROWS_AS(channel.publish("lost"), std::bad_alloc);
    }
    channel.publish("next");
    CHECK(received->get() == "next");
}
