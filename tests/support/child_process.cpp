#include "support/child_process.hpp"

#include "support/eventually.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace patchbay::test {
namespace {

// argv and envp as exec wants them; the strings must outlive the result.
std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (std::string& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> merged_environment(std::map<std::string, std::string> added) {
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text{*entry};
        const std::size_t equals = text.find('=');
        if (text.substr(0, 9) == "PATCHBAY_") continue;  // the server takes them for configuration
        if (equals != std::string_view::npos)
            added.try_emplace(std::string{text.substr(0, equals)}, text.substr(equals + 1));
    }
    std::vector<std::string> lines;
    for (const auto& [name, value] : added) lines.push_back(name + "=" + value);
    return lines;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command,
                           const std::map<std::string, std::string>& environment) {
    std::vector<std::string> variables = merged_environment(environment);
    const std::vector<char*> arguments = pointers(command);
    const std::vector<char*> settings = pointers(variables);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe2 failed"};
    id_ = ::fork();
    if (id_ == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        ::dup2(pipe[1], STDERR_FILENO);
        ::execvpe(arguments.front(), arguments.data(), settings.data());
        ::_exit(127);
    }
    ::close(pipe[1]);
    if (id_ < 0) {
        ::close(pipe[0]);
        throw std::runtime_error{"fork failed"};
    }
    reader_ = std::thread{[this, descriptor = pipe[0]] { collect(descriptor); }};
}

ChildProcess::~ChildProcess() {
    if (!exit_code_) {
        ::kill(id_, SIGKILL);
        static_cast<void>(::waitpid(id_, nullptr, 0));
    }
    reader_.join();
}

void ChildProcess::signal(int number) const { ::kill(id_, number); }

void ChildProcess::collect(int descriptor) {
    std::array<char, 4096> bytes;
    for (;;) {
        const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        const std::scoped_lock lock{mutex_};
        if (count > 0) output_.append(bytes.data(), static_cast<std::size_t>(count));
        ended_ = count <= 0;
        changed_.notify_all();
        if (ended_) break;
    }
    ::close(descriptor);
}

std::string ChildProcess::output() const {
    const std::scoped_lock lock{mutex_};
    return output_;
}

std::size_t ChildProcess::output_size() const {
    const std::scoped_lock lock{mutex_};
    return output_.size();
}

std::optional<std::string> ChildProcess::find_line(std::string_view text, std::size_t from) const {
    const std::size_t found = output_.find(text, from);
    const std::size_t end = found == std::string::npos ? found : output_.find('\n', found);
    if (end == std::string::npos) return std::nullopt;
    const std::size_t before = found == 0 ? std::string::npos : output_.rfind('\n', found - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return output_.substr(begin, end - begin);
}

std::optional<std::string> ChildProcess::wait_for_output(std::string_view text, std::size_t from,
                                                         std::chrono::milliseconds deadline) const {
    std::unique_lock lock{mutex_};
    std::optional<std::string> line;
    changed_.wait_for(lock, deadline, [&] { return (line = find_line(text, from)).has_value() || ended_; });
    return line;
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds deadline) {
    if (exit_code_) return exit_code_;
    int status = 0;
    if (!eventually([&] { return ::waitpid(id_, &status, WNOHANG) == id_; }, deadline)) return std::nullopt;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

Finished run_command(std::vector<std::string> command, std::chrono::milliseconds deadline) {
    const std::string name = command.front();
    ChildProcess process{std::move(command)};
    const auto code = process.wait(deadline);
    if (!code) throw std::runtime_error{name + " does not end; it printed:\n" + process.output()};
    // The last of the output may still be in the pipe; no text ends in this one, so it waits for the end.
    static_cast<void>(process.wait_for_output(std::string(1, '\0'), 0, patience));
    return {*code, process.output()};
}

}  // namespace patchbay::test
