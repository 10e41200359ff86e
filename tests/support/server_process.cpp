#include "support/server_process.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace patchbay::test {

namespace fs = std::filesystem;

fs::path test_plugin(const std::string& name) { return fs::path{PATCHBAY_TEST_PLUGINS} / (name + ".so"); }

std::vector<std::string> bound_by_permissions() {
    if (::geteuid() != 0) return {};
    return {"setpriv", "--bounding-set", "-dac_override,-dac_read_search"};
}

ServerProcess::ServerProcess(const std::string& yaml, const std::vector<PluginFile>& plugins_,
                             const ServerOptions& options) {
    fs::create_directory(plugins());
    fs::create_directory(temporary());
    for (const PluginFile& plugin : plugins_) fs::copy_file(plugin.from, plugins() / plugin.name);
    const fs::path config = directory_.path() / "patchbay.yaml";
    write_file(config, yaml);
    std::vector<std::string> command = options.launcher;
    command.insert(command.end(), {options.binary.empty() ? PATCHBAY_BINARY : options.binary.string(),
                                   "serve", config.string()});
    command.insert(command.end(), options.arguments.begin(), options.arguments.end());
    auto environment = options.environment;
    environment["TMPDIR"] = temporary().string();
    process_ = std::make_unique<ChildProcess>(std::move(command), environment);
    const std::string ready = wait_for_log("listening on ");
    ready_ = true;
    if (ready.find("http://") != ready.npos)
        port_ = static_cast<std::uint16_t>(std::stoul(ready.substr(ready.rfind(':') + 1)));
}

void ServerProcess::install(const fs::path& from, const std::string& name) const {
    const fs::path hidden = plugins() / ("." + name);
    fs::copy_file(from, hidden, fs::copy_options::overwrite_existing);
    fs::rename(hidden, plugins() / name);
}

void ServerProcess::overwrite(const fs::path& from, const std::string& name) const {
    write_file(plugins() / name, read_file(from));
}

void ServerProcess::reconfigure(std::string_view yaml) const {
    write_file(directory_.path() / ".patchbay.yaml", yaml);
    fs::rename(directory_.path() / ".patchbay.yaml", directory_.path() / "patchbay.yaml");
}

std::string ServerProcess::wait_for_log(std::string_view text, std::size_t mark,
                                        std::chrono::milliseconds deadline) const {
    if (auto line = process_->wait_for_output(text, mark, deadline)) return *std::move(line);
    throw std::runtime_error{"the log never said \"" + std::string{text} + "\" but:\n" + log()};
}

void ServerProcess::link_configuration(const fs::path& target) const {
    fs::create_symlink(target, directory_.path() / ".patchbay.yaml");
    fs::rename(directory_.path() / ".patchbay.yaml", directory_.path() / "patchbay.yaml");
}

ServerProcess::~ServerProcess() {
    if (waited_ || std::uncaught_exceptions() > 0 || !ready_) return;
    process_->signal(SIGTERM);
    const auto code = process_->wait(patience);
    if (code == 0) return;
    std::fprintf(stderr, "the server ended with %s; its log:\n%s\n",
                 code ? std::to_string(*code).c_str() : "nothing in time", log().c_str());
    std::abort();
}

int ServerProcess::wait(std::chrono::milliseconds deadline) {
    waited_ = true;
    if (const auto code = process_->wait(deadline)) return *code;
    throw std::runtime_error{"the server does not end; its log:\n" + log()};
}

int ServerProcess::terminate() {
    signal(SIGTERM);
    return wait();
}

}  // namespace patchbay::test
