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

/// A launcher after which permissions hold for root, too.
std::vector<std::string> bound_by_permissions();

struct ServerOptions {
    std::vector<std::string> arguments{};  ///< after `serve FILE`
    std::filesystem::path binary{};        ///< empty: the one of this build
    std::vector<std::string> launcher{};   ///< a program, with its arguments, that executes it
    std::map<std::string, std::string> environment{};
};

class ServerProcess {
public:
    /// A test that has not waited for its end sees it end here: SIGTERM, and anything but exit code 0 (a
    /// sanitizer's report, for one) ends the test program.
    ~ServerProcess();

    /// Starts `patchbay serve` with the YAML, whose first listener needs port 0 or is a Unix socket, and
    /// returns when it says that it listens. Errors: std::runtime_error with what it printed.
    explicit ServerProcess(const std::string& yaml, const std::vector<PluginFile>& plugins = {},
                           const ServerOptions& options = {});

    /// Of the first listener.
    std::uint16_t port() const noexcept { return port_; }
    /// Where the YAML file is, and what its paths are relative to.
    const std::filesystem::path& directory() const { return directory_.path(); }
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
    /// Makes the YAML file a symbolic link to another.
    void link_configuration(const std::filesystem::path& target) const;

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
    bool ready_ = false;
    bool waited_ = false;
    std::uint16_t port_ = 0;
};

}  // namespace patchbay::test
