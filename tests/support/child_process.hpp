// A program started by a test: its output is collected as it comes. Owned by one test; any of its threads may
// ask.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace patchbay::test {

class ChildProcess {
public:
    /// `environment` is added to this process's own, of which PATCHBAY_* is left out. Errors:
    /// std::runtime_error.
    explicit ChildProcess(std::vector<std::string> command,
                          const std::map<std::string, std::string>& environment = {});
    /// Kills it if it still runs.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t id() const noexcept { return id_; }
    void signal(int number) const;

    /// Both streams, in the order that they were read.
    std::string output() const;
    /// Size of output() so far: where a later search begins.
    std::size_t output_size() const;
    /// The first line that holds `text`, at or after `from` in the output; nothing when none came before the
    /// deadline, or the process ended without one.
    std::optional<std::string> wait_for_output(std::string_view text, std::size_t from,
                                               std::chrono::milliseconds deadline) const;

    /// The exit code, 128 + the signal that killed it, or nothing while it runs at the deadline.
    std::optional<int> wait(std::chrono::milliseconds deadline);

private:
    void collect(int descriptor);
    std::optional<std::string> find_line(std::string_view text, std::size_t from) const;

    pid_t id_ = -1;
    std::optional<int> exit_code_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::string output_;
    bool ended_ = false;  // the output has
    std::thread reader_;
};

struct Finished {
    int exit_code;
    std::string output;
};

/// Runs a command to its end. Errors: std::runtime_error, also when it doesn't end in time.
Finished run_command(std::vector<std::string> command,
                     std::chrono::milliseconds deadline = std::chrono::minutes{5});

}  // namespace patchbay::test
