// The host behind testing::App and testing::run: one event loop thread, executor threads and a log kept in
// memory. Private to libpatchbay; owned by the App.
#pragma once

#include <patchbay/detail/channel_bus.hpp>
#include <patchbay/detail/route_names.hpp>
#include <patchbay/testing.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace patchbay::detail {

class FakeHost;

struct FakeGeneration final : GenerationInfo {
    FakeHost* host = nullptr;
};

class FakeHost final : public HostServices {
public:
    explicit FakeHost(const testing::Options& options);
    /// Precondition: retire() has said true, or the plugin was never published.
    ~FakeHost();
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;

    void log(LogLevel level, std::string_view plugin, std::string_view message) noexcept override;
    bool submit(BlockingJob& job, GenerationInfo& generation) noexcept override;
    ChannelBus& channels() noexcept override { return *channels_; }

    asio::io_context& loop() noexcept { return loop_; }
    LeaseBlock& lease() noexcept { return lease_; }
    RouteNames& route_names() noexcept { return *route_names_; }
    std::vector<testing::LogLine> log_lines() const;
    void add_hints(testing::Headers hints);
    std::vector<testing::Headers> hints() const;
    long leases() const noexcept;

    /// What the calling thread is while it constructs, starts or stops the plugin.
    ThreadState control_thread() noexcept;

    /// Gives up the host's own lease and waits for all others; false when some are left after the limit.
    [[nodiscard]] bool retire();
    /// Takes the host's own lease again. Precondition: retire() has said true.
    void publish();
    /// From now on spawn() is an error, as in a plugin's stop().
    void ending() noexcept { generation_.ending = true; }
    /// Ends the threads. Precondition: as the destructor.
    void join() noexcept;

    /// What keeps retire() from saying true, as a sentence.
    std::string whats_left() const;

private:
    void run_loop() noexcept;
    void run_executor(const std::string& name) noexcept;
    bool wait_until_idle(std::chrono::nanoseconds limit);
    static void on_zero(LeaseBlock& block) noexcept;

    const testing::Options options_;
    const std::unique_ptr<ChannelBus> channels_ = make_local_channels();
    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
    FakeGeneration generation_;
    const std::shared_ptr<RouteNames> route_names_ = std::make_shared<RouteNames>();
    LeaseBlock lease_{generation_, &FakeHost::on_zero};

    mutable std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    std::vector<testing::LogLine> lines_;
    std::vector<testing::Headers> hints_;
    std::deque<BlockingJob*> jobs_;
    bool published_ = true;
    bool idle_ = false;
    bool stopping_ = false;

    std::deque<std::string> executor_names_;
    std::vector<std::thread> threads_;
};

/// Makes the calling thread the host's control thread for as long as it lives.
class ControlScope {
public:
    explicit ControlScope(FakeHost& host) noexcept
        : previous_{std::exchange(thread_state, host.control_thread())} {}
    ~ControlScope() { thread_state = previous_; }
    ControlScope(const ControlScope&) = delete;
    ControlScope& operator=(const ControlScope&) = delete;

private:
    ThreadState previous_;
};

}  // namespace patchbay::detail
