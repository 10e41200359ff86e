#include "name_lookup.hpp"

#include "loop_timer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <utility>

namespace patchbay::detail {
namespace {

using asio::ip::tcp;

// Shared by the look-up and the task that waits for it, which may leave.
struct NameLookup {
    explicit NameLookup(asio::io_context& loop) : resolver{loop}, ended{loop, LoopTimer::time_point::max()} {}

    tcp::resolver resolver;
    LoopTimer ended;  // never fires: it is cancelled
    bool complete = false;
    boost::system::error_code error;
    tcp::resolver::results_type addresses;
};

// A look-up that has not begun yet never will once its task has left.
struct CancelledWhenLeft {
    std::shared_ptr<NameLookup> lookup;
    ~CancelledWhenLeft() { lookup->resolver.cancel(); }
};

}  // namespace

Task<tcp::resolver::results_type> look_up(std::string host, std::uint16_t port) {
    const std::string service = std::to_string(port);
    boost::system::error_code no_address;
    const asio::ip::address address = asio::ip::make_address(host, no_address);
    if (!no_address) co_return tcp::resolver::results_type::create({address, port}, host, service);
    const TaskContext& context = co_await ContextTag{};
    const auto lookup = std::make_shared<NameLookup>(context.executor.context());
    const CancelledWhenLeft leave{lookup};
    lookup->resolver.async_resolve(
        host, service, tcp::resolver::numeric_service | tcp::resolver::address_configured,
        [lookup](boost::system::error_code error, tcp::resolver::results_type addresses) {
            lookup->complete = true;
            lookup->error = error;
            lookup->addresses = std::move(addresses);
            lookup->ended.cancel();
        });
    co_await lookup->ended.async_wait(asio::as_tuple(use_task));
    if (!lookup->complete) throw boost::system::system_error{asio::error::operation_aborted};
    if (lookup->error) throw boost::system::system_error{lookup->error};
    co_return std::move(lookup->addresses);
}

}  // namespace patchbay::detail
