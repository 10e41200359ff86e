// WebSockets and streams of server-sent events of three plugins, with requests beside them, while one of the
// plugins is reloaded again and again.
#include "support/http_client.hpp"
#include "support/long_lived_clients.hpp"
#include "support/process_facts.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace patchbay::test;
using namespace std::chrono_literals;

namespace {

// The first is the one that is reloaded. Streams stay with their generation, and so are the others'.
const std::array<std::string, 3> plugins{"longlived_a", "longlived_b", "longlived_c"};

#ifdef PATCHBAY_SANITIZED
constexpr unsigned usual_reloads = 10;
#else
constexpr unsigned usual_reloads = 40;
#endif

unsigned wanted(const char* what, unsigned otherwise) {
    const char* const text = std::getenv(what);
    return text ? static_cast<unsigned>(std::stoul(text)) : otherwise;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// Requests at a steady rate; each fifteenth or so publishes the next news of each plugin.
class Requests {
public:
    Requests(std::uint16_t port, unsigned rate)
        : thread_{[this, port, rate] { run(port, std::chrono::nanoseconds{1s} / rate); }} {}
    ~Requests() { stop(); }

    void stop() {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }
    // Once stopped.
    unsigned long published() const noexcept { return published_; }
    unsigned long done() const noexcept { return done_; }
    const std::vector<std::string>& failures() const noexcept { return failures_; }

private:
    void run(std::uint16_t port, std::chrono::nanoseconds pause) {
        HttpClient client{port};
        auto due = std::chrono::steady_clock::now();
        for (unsigned i = 0; !stopping_; ++i) {
            std::this_thread::sleep_until(due += pause);
            try {
                if (i % 45 == 0) publish(client);
                const std::string& plugin = plugins[i % plugins.size()];
                judge(client.get("/" + plugin + "/wait"), plugin);
            } catch (const std::exception& error) {
                failures_.emplace_back(error.what());
                return;
            }
        }
    }

    void publish(HttpClient& client) {
        ++published_;
        for (const std::string& plugin : plugins)
            judge(client.post("/" + plugin + "/publish", "news " + std::to_string(published_)), "");
    }

    void judge(const HttpResponse& answer, const std::string& body) {
        ++done_;
        if (answer.status / 100 != 2 || answer.body != body)
            failures_.push_back(std::to_string(answer.status) + " " + answer.body);
    }

    std::atomic<bool> stopping_{false};
    unsigned long published_ = 0;
    unsigned long done_ = 0;
    std::vector<std::string> failures_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("sockets and streams live through many reloads without a gap") {
    const unsigned sockets = wanted("PATCHBAY_LONGLIVED_SOCKETS", 90);
    const unsigned streams = wanted("PATCHBAY_LONGLIVED_STREAMS", 40);
    const unsigned reloads = wanted("PATCHBAY_LONGLIVED_RELOADS", usual_reloads);
    const unsigned rate = wanted("PATCHBAY_LONGLIVED_RATE", 100);
    std::vector<PluginFile> files;
    for (const std::string& plugin : plugins) files.push_back({test_plugin(plugin), plugin + ".so"});
    ServerProcess server{
        "listen: 127.0.0.1:0\nevent_loops: 2\nplugins: {settle: 10ms}\ndrain: {deadline: 1h}\n", files};
    LongLivedClients clients{server.port(), sockets * 250us};  // some 4,000 messages a second
    for (unsigned i = 0; i < sockets; ++i) clients.add_socket(plugins[i % 3]);
    for (unsigned i = 0; i < streams; ++i) clients.add_stream(plugins[1 + i % 2]);
    clients.start();
    Requests requests{server.port(), rate};

    const unsigned warm_up = std::clamp(reloads / 4, 1u, 20u);
    std::size_t resident = 0;
    for (unsigned i = 1; i <= reloads; ++i) {
        const std::size_t mark = server.log_mark();
        server.install(test_plugin(plugins[0]), plugins[0] + ".so");
        const std::string line = server.wait_for_log(" drained ", mark);
        INFO(line);
        REQUIRE(line.find("unmapped") != std::string::npos);
        if (i == warm_up) resident = resident_kibibytes(server.id());
    }
    requests.stop();
    const bool all_heard = clients.wait_for_news(requests.published());
    const std::size_t resident_after = resident_kibibytes(server.id());
    CHECK(clients.stop() == std::vector<std::string>{});
    CHECK(all_heard);
    CHECK(requests.failures() == std::vector<std::string>{});
    std::cout << sockets << " sockets, " << streams << " streams, " << reloads << " reloads, "
              << requests.done() << " requests: " << clients.answers() << " answers and " << clients.news()
              << " news, none missing; after " << warm_up << " and " << reloads << ": resident " << resident
              << " -> " << resident_after << " KiB" << std::endl;
    CHECK(clients.news() == std::uint64_t{requests.published()} * (sockets + streams));
    CHECK(count(server.log(), "unmapped in") == reloads);
    for (std::size_t i = 1; i < plugins.size(); ++i)
        CHECK(server.log().find(plugins[i] + " 1.0.0 gen 2") == std::string::npos);
#ifndef PATCHBAY_SANITIZED  // whose allocators keep what was freed
    CHECK(resident_after < resident + 3 * 1024);
#endif
    CHECK(server.terminate() == 0);  // with all of them open
    CHECK(count(server.log(), "has stopped") == reloads + plugins.size());
}
