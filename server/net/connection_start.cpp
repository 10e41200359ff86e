// How a connection begins: who it is counted for, the header of the PROXY protocol, and what it gets when
// there are no descriptors left.
#include "http/proxy_header.hpp"
#include "net/connection.hpp"
#include "net/loop_server.hpp"

#include <sys/socket.h>
#include <utility>

namespace patchbay {

// A proxy's connections are its clients': they count where the PROXY protocol names them.
bool Connection::count_address() {
    const std::size_t limit = listener_.options.max_connections_per_address;
    if (limit == 0 || peer_.address().is_unspecified() || server_.trusts(peer_)) return true;
    ConnectionCounts& counts =
        listener_.options.counts_own_addresses ? listener_.counts : server_.counts_.all;
    if (!counts.enter(peer_.address(), limit)) return false;
    address_counts_ = &counts;
    return true;
}

void Connection::leave_counts() noexcept {
    server_.counts_.all.leave();
    listener_.counts.leave();
    if (address_counts_) std::exchange(address_counts_, nullptr)->leave(peer_.address());
}

// True once it is complete; then the first request may follow.
bool Connection::take_proxy_header() {
    const ProxyHeader header = parse_proxy_header({input_->data(), input_->size()});
    if (header.step == ProxyHeader::Step::need_more) return false;
    if (header.step == ProxyHeader::Step::malformed) {
        server_.not_from_proxy_.note();
        close_now();
        return false;
    }
    proxy_header_due_ = false;
    input_->consume(header.size);
    if (!header.names_source) return true;
    peer_ = header.source;
    if (count_address()) return true;
    server_.too_many_.note();
    end_briefly();
    return false;
}

void Connection::serve_one_within(std::chrono::milliseconds time) {
    brief_ = true;
    server_.wheel_.arm(*this, time);
    read();
}

void Connection::end_briefly() {
    say_busy(socket_);
    close_now();
}

}  // namespace patchbay
