// Requests without pause from several threads while a test does something to the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace patchbay::test {

class HttpClient;

class Load {
public:
    /// One request of thread `thread` and the judgement of its answer: empty when it is right, or what is
    /// wrong. What it throws is wrong too.
    using Turn = std::function<std::string(HttpClient& client, unsigned thread, std::uint64_t number)>;

    /// Each thread keeps one connection for all of its requests.
    Load(std::uint16_t port, unsigned threads, Turn turn);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    std::uint64_t requests() const noexcept { return requests_; }
    /// Ends the threads; gives the first hundred failures.
    std::vector<std::string> stop();

private:
    void run(std::uint16_t port, unsigned thread);
    void fail(std::string what);

    Turn turn_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> requests_{0};
    std::mutex mutex_;
    std::vector<std::string> failures_;
    std::vector<std::thread> threads_;
};

}  // namespace patchbay::test
