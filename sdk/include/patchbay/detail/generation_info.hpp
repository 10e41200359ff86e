// What a lease leads to: the generation of a plugin it holds, and the services of the host that loaded it.
// Host-owned; outlives every lease on it.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/log.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

namespace patchbay::detail {

class BlockingJob;
class ChannelBus;
class LeaseBlock;
class StopListener;
struct OutsideTask;
struct GenerationInfo;

/// The host as the SDK sees it. Thread-safety: every function may be called from any thread.
class PATCHBAY_API HostServices {
public:
    virtual void log(LogLevel level, std::string_view plugin, std::string_view message) noexcept = 0;

    /// Queues a job for an executor thread under the plugin's share. False, and nothing done, when the queue
    /// is full, or for a WebSocket when as many are open as may be. Lifetime: the job stays valid until the
    /// host has called its run() or drop().
    [[nodiscard]] virtual bool submit(BlockingJob& job, GenerationInfo& generation) noexcept = 0;

    /// Of all generations of all plugins.
    virtual ChannelBus& channels() noexcept = 0;

protected:
    virtual ~HostServices();
};

struct PATCHBAY_API GenerationInfo {
    std::string plugin;   ///< the plugin's name
    unsigned number = 0;  ///< counts up from 1 with each load of the plugin
    HostServices* services = nullptr;
    boost::asio::io_context* home_loop = nullptr;

    /// Tasks of no request that have not finished; guarded by the mutex, as are the list below and the flag.
    std::mutex outside_mutex;
    OutsideTask* outside = nullptr;
    StopListener* listeners = nullptr;  ///< threads that wait for what may never come
    std::atomic<bool> ending{false};    ///< from before stop() on: no task may begin that nobody waits for
    bool stopping = false;  ///< until `ending`, a task that begins is cancelled from its beginning
    bool replaced = false;  ///< another generation serves, or none
    /// When it began to serve, after `replaced` of the one before; the clock's beginning: it does not yet.
    std::atomic<std::chrono::system_clock::time_point> serving_since{};
    std::atomic<long> shielded{0};        ///< tasks that shielded() waits for, which nothing asks to stop
    std::atomic<std::size_t> spawned{0};  ///< tasks of spawn() that have not finished
    std::atomic<std::size_t> most_spawned{100'000};  ///< with so many spawn() refuses one more
    std::atomic<bool> spawn_refused{false};          ///< once, which has been said

    /// Asks every task of no request to stop, also those yet to be spawned, and every listener. Each task is
    /// cancelled on its own loop.
    void cancel_outside();
    /// The same for the tasks that are only for as long as the generation serves.
    void end_serving();
    void begin_serving() noexcept { serving_since = std::chrono::system_clock::now(); }
};

/// Told when a generation's tasks are asked to stop.
class PATCHBAY_API StopListener {
public:
    StopListener(const StopListener&) = delete;
    StopListener& operator=(const StopListener&) = delete;

    /// Calls stopped() at once when that was before. The generation outlives the link.
    void link(GenerationInfo& of);
    /// From its return on stopped() is not called, nor running.
    void unlink() noexcept;
    /// On any thread, under the generation's mutex.
    virtual void stopped() noexcept = 0;

    StopListener* following = nullptr;  ///< the list, guarded by the generation's mutex

protected:
    StopListener() = default;
    ~StopListener() = default;

private:
    GenerationInfo* generation_ = nullptr;
    StopListener* previous_ = nullptr;
};

/// A function waiting for an executor thread. Whoever submits it owns it.
class PATCHBAY_API BlockingJob {
public:
    enum class Drop : unsigned char { cancelled, deadline_passed, shutting_down };
    enum class Kind : unsigned char {
        call,
        websocket,         ///< holds its thread for as long as a client likes, so the host limits how many do
        adopted_websocket  ///< the same, of one that is open already: not refused for that limit
    };

    /// Runs on an executor thread; the job may be gone when it returns.
    virtual void run() noexcept = 0;
    /// Called instead of run(), on any thread, when the work is doomed; the job may be gone when it returns.
    virtual void drop(Drop reason) noexcept = 0;

    BlockingJob* next = nullptr;  ///< the queue's link; the host's while the job is queued
    LeaseBlock* lease = nullptr;  ///< held by whoever submits, until run() or drop() returns
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::atomic<bool> doomed{false};  ///< set from any thread: drop the job instead of running it
    const Kind kind;

protected:
    explicit BlockingJob(Kind of = Kind::call) noexcept : kind{of} {}
    ~BlockingJob() = default;
};

}  // namespace patchbay::detail
