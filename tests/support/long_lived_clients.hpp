// Many WebSockets and streams of server-sent events of tests/plugins/longlived.cpp, on one thread: each says
// and hears numbers, of which none may be missing or come twice.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace patchbay::test {

class LongLivedClients {
public:
    /// Each socket says its next number so long after it has heard the answer to the last.
    LongLivedClients(std::uint16_t port, std::chrono::microseconds pace) : port_{port}, pace_{pace} {}
    ~LongLivedClients();
    LongLivedClients(const LongLivedClients&) = delete;
    LongLivedClients& operator=(const LongLivedClients&) = delete;

    // Before start().
    void add_socket(const std::string& plugin);
    void add_stream(const std::string& plugin);

    /// Returns when all are open. Errors: std::runtime_error when they are not in time.
    void start();
    /// Whether nothing is wrong, every number that was said has its answer, and everybody has heard the news
    /// up to that number. Sockets say no more.
    bool wait_for_news(unsigned long number);
    /// Ends the thread; gives what was wrong.
    std::vector<std::string> stop();

    std::uint64_t answers() const noexcept { return answers_; }
    std::uint64_t news() const noexcept { return news_; }

private:
    using Clock = std::chrono::steady_clock;

    struct Client {
        int socket = -1;
        bool is_stream = false;
        bool open = false;
        std::string name;
        std::string in;
        std::string out;
        unsigned long said = 0;
        unsigned long answered = 0;
        std::atomic<unsigned long> news{0};
        std::atomic<bool> waits{false};  // for an answer
        Clock::time_point due{};         // the next number
    };

    void add(const std::string& target, std::string request, bool is_stream);
    void run();
    void turn();
    void say(Client& client);
    void write(Client& client);
    void read(Client& client);
    void take(Client& client);
    bool take_head(Client& client);
    bool take_frame(Client& client);
    bool take_event(Client& client);
    void hear(Client& client, std::string_view text);
    void fail(Client& client, const std::string& what);

    std::uint16_t port_;
    std::chrono::microseconds pace_;
    std::deque<Client> clients_;
    std::vector<std::string> problems_;  // the thread's, until it has ended
    std::atomic<std::size_t> opened_{0};
    std::atomic<std::uint64_t> answers_{0};
    std::atomic<std::uint64_t> news_{0};
    std::atomic<bool> failed_{false};
    std::atomic<bool> quiet_{false};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace patchbay::test
