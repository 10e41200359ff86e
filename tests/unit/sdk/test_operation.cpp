// Everything of Asio's shape that a Task can await, and the two ways in which an operation can misbehave.
#include "test_host.hpp"

#include <patchbay/task_group.hpp>
#include <patchbay/testing.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <memory>

using namespace patchbay;
using boost::system::error_code;

namespace {

Task<std::string> timers_in_every_spelling() {
    std::string done;
    asio::steady_timer timer{co_await this_task::executor};
    timer.expires_after(1ms);
    co_await timer.async_wait(use_task);
    done += "use_task ";
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::deferred);
    done += "deferred ";
    timer.expires_after(1ms);
    const auto [error] = co_await timer.async_wait(asio::as_tuple(use_task));
    done += error ? "as_tuple failed " : "as_tuple ";
    timer.expires_after(1ms);
    error_code redirected = asio::error::eof;
    co_await timer.async_wait(asio::redirect_error(use_task, redirected));
    done += redirected ? "redirect_error failed " : "redirect_error ";
    UseTask::as_default_on_t<asio::steady_timer> by_default{co_await this_task::executor};
    by_default.expires_after(1ms);
    co_await by_default.async_wait();
    done += "default";
    co_return done;
}

Task<error_code> cancelled_timer(bool throwing) {
    asio::steady_timer timer{co_await this_task::executor, 1h};
    asio::post(co_await this_task::executor, [&timer] { timer.cancel(); });
    error_code error;
    if (!throwing) {
        co_await timer.async_wait(asio::redirect_error(use_task, error));
        co_return error;
    }
    try {
        co_await timer.async_wait(use_task);
    } catch (const boost::system::system_error& thrown) {
        error = thrown.code();
    }
    co_return error;
}

Task<std::string> line_through_a_socket() {
    using Socket = asio::local::stream_protocol::socket;
    Socket ours{co_await this_task::executor};
    Socket theirs{co_await this_task::executor};
    asio::local::connect_pair(ours, theirs);
    const std::string text = "one\ntwo\n";
    const std::size_t written = co_await asio::async_write(ours, asio::buffer(text), use_task);
    std::string buffer;
    const std::size_t size =
        co_await asio::async_read_until(theirs, asio::dynamic_buffer(buffer), '\n', use_task);
    co_return std::to_string(written) + " " + buffer.substr(0, size);
}

Task<std::size_t> resolved() {
    asio::ip::tcp::resolver resolver{co_await this_task::executor};
    const auto found = co_await resolver.async_resolve("127.0.0.1", "80", use_task);
    co_return found.size();
}

asio::awaitable<int> library_value() {
    asio::steady_timer timer{co_await asio::this_coro::executor, 1ms};
    co_await timer.async_wait(asio::use_awaitable);
    co_return 7;
}
asio::awaitable<void> library_failure() {
    co_await library_value();
    throw std::runtime_error{"from the library"};
}

Task<std::string> library_coroutines() {
    std::string result = std::to_string(co_await library_value());
    const LoopExecutor executor = co_await this_task::executor;
    const int spawned = co_await asio::co_spawn(executor, library_value(), use_task);
    result += std::to_string(spawned);
    try {
        co_await library_failure();
    } catch (const std::runtime_error& error) {
        result += error.what();
    }
    co_return result;
}

Task<std::string> thread_after_post() {
    co_await asio::post(co_await this_task::executor, use_task);
    co_return std::string{thread_name()};
}

// Completes with (error_code, int, string) on a thread of its own, or by dropping its handler there or here.
enum class Way {
    foreign_thread,
    foreign_error,
    at_once,
    dropped_at_once,
    dropped_on_foreign_thread,
    throwing
};

template <class Token>
auto async_odd(Way way, std::vector<std::thread>& threads, Token&& token) {
    return asio::async_initiate<Token, void(error_code, int, std::string)>(
        [way, &threads](auto handler) {
            switch (way) {
                case Way::at_once:
                    return std::move(handler)(error_code{}, 7, "at once");
                case Way::dropped_at_once:
                    return;
                case Way::throwing:
                    throw std::runtime_error{"the initiation failed"};
                default:
                    break;
            }
            threads.emplace_back([way, moved = std::move(handler)]() mutable {
                const auto mine = std::move(moved);
                if (way == Way::dropped_on_foreign_thread) return;
                auto complete = std::move(const_cast<std::remove_const_t<decltype(mine)>&>(mine));
                const error_code error = way == Way::foreign_error ? asio::error::eof : error_code{};
                std::move(complete)(error, 7, std::string{"from a thread"});
            });
        },
        token);
}

Task<std::string> odd(Way way) {
    std::vector<std::thread> threads;
    std::string result;
    try {
        const auto [number, text] = co_await async_odd(way, threads, use_task);
        result = std::to_string(number) + " " + text;
    } catch (const boost::system::system_error& error) {
        result = error.code() == asio::error::operation_aborted ? "aborted" : error.code().message();
    } catch (const std::runtime_error& error) {
        result = error.what();
    }
    for (std::thread& thread : threads) thread.join();
    co_await asio::post(co_await this_task::executor, use_task);  // nothing stale may be left in the loop
    co_return result + " on " + std::string{thread_name()};
}

// Waits until somebody calls `wake`.
template <class Token>
auto async_sleep(std::function<void()>& wake, Token&& token) {
    return asio::async_initiate<Token, void()>(
        [&wake](auto handler) {
            wake = [kept = std::make_shared<decltype(handler)>(std::move(handler))] { std::move (*kept)(); };
        },
        token);
}

Task<> sleeper(std::function<void()>& wake, std::string& events) {
    co_await async_sleep(wake, use_task);
    events += "the sleeper's";
}

Task<> waker(std::function<void()>& wake, std::string& events) {
    co_await asio::post(co_await this_task::executor, use_task);
    wake();
    events += "the waker's line, then ";
}

Task<std::string> wakes_a_sleeper() {
    std::function<void()> wake;
    std::string events;
    co_await when_all(sleeper(wake, events), waker(wake, events));
    co_return events;
}

Task<> all_leases(detail::LeaseBlock& block, long& during) {
    asio::steady_timer timer{co_await this_task::executor, 1ms};
    during = block.count();
    co_await timer.async_wait(use_task);
}

}  // namespace

TEST_CASE("a timer can be awaited with every completion token") {
    CHECK(testing::run(timers_in_every_spelling()) == "use_task deferred as_tuple redirect_error default");
}

TEST_CASE("an operation's error is thrown, or redirected when asked for") {
    CHECK(testing::run(cancelled_timer(true)) == asio::error::operation_aborted);
    CHECK(testing::run(cancelled_timer(false)) == asio::error::operation_aborted);
}

TEST_CASE("composed operations and several results can be awaited") {
    CHECK(testing::run(line_through_a_socket()) == "8 one\n");
    CHECK(testing::run(resolved()) == 1);
}

TEST_CASE("an awaitable of a library gives its value or exception") {
    CHECK(testing::run(library_coroutines()) == "77from the library");
}

TEST_CASE("post() with use_task comes back on the loop") {
    CHECK(testing::run(thread_after_post()) == "loop-0");
}

TEST_CASE("an operation that completes on a foreign thread resumes its task on the loop") {
    CHECK(testing::run(odd(Way::foreign_thread)) == "7 from a thread on loop-0");
    CHECK(testing::run(odd(Way::foreign_error)) == "End of file on loop-0");
}

TEST_CASE("an operation may complete before it has returned") {
    CHECK(testing::run(odd(Way::at_once)) == "7 at once on loop-0");
}

TEST_CASE("a task that completes another's operation goes on before the other does") {
    CHECK(testing::run(wakes_a_sleeper()) == "the waker's line, then the sleeper's");
}

TEST_CASE("an operation that drops its handler ends with operation_aborted") {
    CHECK(testing::run(odd(Way::dropped_at_once)) == "aborted on loop-0");
    CHECK(testing::run(odd(Way::dropped_on_foreign_thread)) == "aborted on loop-0");
}

TEST_CASE("an initiation that throws is the task's exception, and leaves nothing behind") {
    CHECK(testing::run(odd(Way::throwing)) == "the initiation failed on loop-0");
}

TEST_CASE("a waiting operation holds leases, and gives them all back") {
    test::TestHost host;
    long during = 0;
    host.run(all_leases(host.block(), during));
    CHECK(during > 1);
    CHECK(host.wait_for_quiet());
}
