#include "config/config.hpp"

#include <algorithm>

namespace patchbay {

std::string to_string(const SourcePosition& position) {
    std::string file = position.file;
    std::ranges::replace_if(file, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    if (position.line == 0) return file;
    return file + ':' + std::to_string(position.line) + ':' + std::to_string(position.column);
}

namespace {

std::string text_of(const TcpAddress& address) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    const auto host = is_ipv6 ? '[' + address.host + ']' : address.host;
    return host + ':' + std::to_string(address.port);
}

std::string text_of(const UnixAddress& address) { return "unix:" + address.path.string(); }

std::string text_of(const InheritedAddress& address) {
    return address.name.empty() ? "systemd" : "systemd:" + address.name;
}

}  // namespace

std::string to_string(const ListenAddress& address) {
    return std::visit([](const auto& alternative) { return text_of(alternative); }, address);
}

std::size_t threads_per_plugin(const ExecutorConfig& executor) {
    if (executor.per_plugin.threads != 0) return std::min(executor.per_plugin.threads, executor.threads);
    return std::max<std::size_t>(1, executor.threads * 3 / 4);
}

std::size_t queue_per_plugin(const ExecutorConfig& executor) {
    return std::min(executor.per_plugin.queue, executor.queue);
}

std::size_t most_websockets(const ExecutorConfig& executor) {
    return executor.websockets != 0 ? executor.websockets : executor.threads / 2;
}

std::size_t websockets_per_plugin(const ExecutorConfig& executor) {
    return executor.per_plugin.websockets != 0 ? executor.per_plugin.websockets
                                               : threads_per_plugin(executor) / 2;
}

}  // namespace patchbay
