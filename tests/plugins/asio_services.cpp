// Uses what Asio has for loops, once each: nothing of it may keep the plugin mapped.
#include <patchbay/plugin.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_timer.hpp>

#include <array>
#include <csignal>
#include <stdexcept>
#include <unistd.h>

using namespace patchbay;

namespace {

Task<> use_timer(LoopExecutor executor) {
    asio::system_timer timer{asio::make_strand(executor)};
    timer.expires_after(1ms);
    co_await timer.async_wait(use_task);
}

Task<> use_tcp(LoopExecutor executor) {
    asio::ip::tcp::resolver resolver{executor};
    const auto found = co_await resolver.async_resolve("127.0.0.1", "0", use_task);
    asio::ip::tcp::acceptor acceptor{executor, found.begin()->endpoint()};
    asio::ip::tcp::socket near{executor};
    co_await near.async_connect(acceptor.local_endpoint(), use_task);
    const asio::ip::tcp::socket far = co_await acceptor.async_accept(use_task);
}

Task<> use_udp(LoopExecutor executor) {
    asio::ip::udp::resolver resolver{executor};
    const auto found = co_await resolver.async_resolve("127.0.0.1", "0", use_task);
    asio::ip::udp::socket socket{executor, found.begin()->endpoint()};
    std::array<char, 1> byte{'x'};
    co_await socket.async_send_to(asio::buffer(byte), socket.local_endpoint(), use_task);
    co_await socket.async_receive(asio::buffer(byte), use_task);
}

Task<> use_descriptors(LoopExecutor executor) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
    asio::posix::stream_descriptor reader{executor, ends[0]};
    asio::posix::stream_descriptor writer{executor, ends[1]};
    std::array<char, 1> byte{'x'};
    co_await writer.async_write_some(asio::buffer(byte), use_task);
    co_await reader.async_read_some(asio::buffer(byte), use_task);
    asio::local::stream_protocol::socket near{executor};
    asio::local::stream_protocol::socket far{executor};
    asio::local::connect_pair(near, far);
    co_await near.async_send(asio::buffer(byte), use_task);
    co_await far.async_receive(asio::buffer(byte), use_task);
}

Task<> use_signals(LoopExecutor executor) {
    asio::signal_set signals{executor, SIGUSR2};
    ::kill(::getpid(), SIGUSR2);
    co_await signals.async_wait(use_task);
}

class AsioServices final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override { handlers.async("show", show).route("GET /sample"); }

private:
    static Task<Response> show(Request&) {
        const LoopExecutor executor = co_await this_task::executor;
        co_await use_timer(executor);
        co_await use_tcp(executor);
        co_await use_udp(executor);
        co_await use_descriptors(executor);
        co_await use_signals(executor);
        co_return Response::text("asio_services");
    }
};

}  // namespace

PATCHBAY_PLUGIN(AsioServices, "sample", "asio_services");
