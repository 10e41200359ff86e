// The real binary, serving a folder of its own on a free port. Owned by one test.
#pragma once

#include "support/child_process.hpp"
#include "support/eventually.hpp"
#include "support/temp_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::test {

/// What is in the plugins folder when the server starts: a file, and the name it has there.
struct PluginFile {
    std::filesystem::path from;
    std::string name;
};

/// "storm_a" -> the file of that plugin of tests/plugins.
std::filesystem::path test_plugin(const std::string& name);

struct ServerOptions {
    std::vector<std::string> arguments{};  ///< after `serve FILE`
    std::filesystem::path binary{};        ///< empty: the one of this build
    std::map<std::string, std::string> environment{};
};

class ServerProcess {
public:
    /// Starts `patchbay serve` with the YAML, which needs `listen: 127.0.0.1:0`, and returns when it says
    /// that it listens. Errors: std::runtime_error with what it printed.
    explicit ServerProcess(const std::string& yaml, const std::vector<PluginFile>& plugins = {},
                           const ServerOptions& options = {});

    std::uint16_t port() const noexcept { return port_; }
    pid_t id() const noexcept { return process_->id(); }
    std::filesystem::path plugins() const { return directory_.path() / "plugins"; }
    /// Where the server keeps its private copies.
    std::filesystem::path temporary() const { return directory_.path() / "tmp"; }

    /// Puts a file into the plugins folder in one step, as a careful deployment does.
    void install(const std::filesystem::path& from, const std::string& name) const;
    /// Writes over the file in place, as `cp` does.
    void overwrite(const std::filesystem::path& from, const std::string& name) const;
    /// Replaces the YAML file in one step.
    void reconfigure(std::string_view yaml) const;

    /// The first line of the log that holds the text, at or after a mark. Errors: std::runtime_error with the
    /// whole log.
    std::string wait_for_log(std::string_view text, std::size_t mark = 0,
                             std::chrono::milliseconds deadline = patience) const;
    std::size_t log_mark() const { return process_->output_size(); }
    std::string log() const { return process_->output(); }

    void signal(int number) const { process_->signal(number); }
    /// The exit code. Errors: std::runtime_error when it doesn't end in time.
    int wait(std::chrono::milliseconds deadline = patience);
    /// SIGTERM, then wait().
    int terminate();

private:
    TempDirectory directory_;
    std::unique_ptr<ChildProcess> process_;
    std::uint16_t port_ = 0;
};

}  // namespace patchbay::test
