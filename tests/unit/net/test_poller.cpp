#include "net/descriptor.hpp"
#include "net/poller.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <thread>
#include <utility>
#include <vector>

using namespace patchbay;

namespace {

using Steps = std::vector<std::string>;

// Readable from the beginning until it has received.
class Readable final : public EventSource {
public:
    Readable(Poller& poller, Steps& steps, std::string name)
        : poller_{poller}, steps_{steps}, name_{std::move(name)}, event_{::eventfd(1, EFD_NONBLOCK)} {
        REQUIRE(poller.add(event_.get(), EPOLLIN, *this));
    }

    void on_events(std::uint32_t) override {
        eventfd_t value{};
        ::eventfd_read(event_.get(), &value);
        steps_.push_back("receive " + name_);
        if (receives) receives();
        poller_.work_later(*this);
    }
    void on_received() override {
        steps_.push_back("work " + name_);
        if (works) works();
        poller_.send_later(*this);
    }
    void on_send() override {
        steps_.push_back("send " + name_);
        if (std::exchange(more, false)) poller_.work_later(*this);
    }
    void on_failure() override { steps_.push_back("fail " + name_); }

    std::function<void()> receives;
    std::function<void()> works;
    bool more = false;  // work follows when this is sent

private:
    Poller& poller_;
    Steps& steps_;
    std::string name_;
    Descriptor event_;
};

struct Group {
    explicit Group(std::size_t size, std::chrono::nanoseconds most_held = std::chrono::hours{1})
        : poller{loop, most_held} {
        for (std::size_t i = 0; i < size; ++i)
            sources.push_back(std::make_unique<Readable>(poller, steps, std::to_string(i)));
        poller.start();
    }
    // Epoll reports them in the order in which they became readable.
    void one_turn() {
        for (int i = 0; i < 10 && steps.empty(); ++i) loop.run_one();
    }

    boost::asio::io_context loop;
    Poller poller;
    Steps steps;
    std::vector<std::unique_ptr<Readable>> sources;
};

std::size_t position(const Steps& steps, const std::string& step) {
    return static_cast<std::size_t>(std::ranges::find(steps, step) - steps.begin());
}

}  // namespace

TEST_CASE("sources that are ready together take each step together") {
    Group group{3};
    group.one_turn();
    CHECK(group.steps == Steps{"receive 0", "receive 1", "receive 2", "work 0", "work 1", "work 2", "send 0",
                               "send 1", "send 2"});
}

TEST_CASE("a group is small: many sources do not wait for all others") {
    Group group{100};
    group.one_turn();
    CHECK(group.steps.size() == 300);
    CHECK(position(group.steps, "send 0") < position(group.steps, "receive 99"));
}

TEST_CASE("one that has more work when it has sent takes part again") {
    Group group{2};
    group.sources[0]->more = true;
    group.one_turn();
    CHECK(group.steps ==
          Steps{"receive 0", "receive 1", "work 0", "work 1", "send 0", "send 1", "work 0", "send 0"});
}

TEST_CASE("what is to be sent does not wait for the work of one that takes long") {
    Group group{3, std::chrono::milliseconds{1}};
    group.sources[1]->works = [] { std::this_thread::sleep_for(std::chrono::milliseconds{2}); };
    group.one_turn();
    CHECK(position(group.steps, "send 0") < position(group.steps, "work 2"));
}

TEST_CASE("one that is retired in a turn takes none of its later steps") {
    Group group{3};
    const auto retire = [&](std::size_t which) { group.poller.retire(std::move(group.sources[which])); };
    SECTION("before its work") {
        group.sources[0]->works = [&] { retire(1); };
        group.one_turn();
        CHECK(group.steps ==
              Steps{"receive 0", "receive 1", "receive 2", "work 0", "work 2", "send 0", "send 2"});
    }
    SECTION("before it sends") {
        group.sources[2]->works = [&] { retire(0); };
        group.one_turn();
        CHECK(group.steps ==
              Steps{"receive 0", "receive 1", "receive 2", "work 0", "work 1", "work 2", "send 1", "send 2"});
    }
}

TEST_CASE("what one throws keeps none of the others from their steps, and is thrown once they are done") {
    Group group{3};
    SECTION("while it receives") {
        group.sources[0]->receives = [] { throw std::runtime_error{"no memory"}; };
        CHECK_THROWS_WITH(group.one_turn(), "no memory");
        CHECK(group.steps ==
              Steps{"receive 0", "fail 0", "receive 1", "receive 2", "work 1", "work 2", "send 1", "send 2"});
    }
    SECTION("while it works") {
        group.sources[1]->works = [] { throw std::runtime_error{"no memory"}; };
        CHECK_THROWS_WITH(group.one_turn(), "no memory");
        CHECK(group.steps == Steps{"receive 0", "receive 1", "receive 2", "work 0", "work 1", "fail 1",
                                   "work 2", "send 0", "send 2"});
    }
    group.steps.clear();
    group.loop.poll();  // it still waits for events
    CHECK_FALSE(group.loop.stopped());
}
