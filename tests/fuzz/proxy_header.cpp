// The PROXY protocol's header: the verdict never changes once it is there, and the source comes back when the
// header is written anew.
#include "http/proxy_header.hpp"

#include "target.hpp"

#include <algorithm>

namespace patchbay::fuzz {
namespace {

using Step = ProxyHeader::Step;

bool same(const ProxyHeader& a, const ProxyHeader& b) {
    return a.step == b.step && a.size == b.size && a.names_source == b.names_source && a.source == b.source;
}

void check_written_anew(const boost::asio::ip::tcp::endpoint& source) {
    const std::string address = source.address().to_string();
    if (address.find('%') != address.npos) return;
    const std::string family = source.address().is_v4() ? "TCP4 " : "TCP6 ";
    const std::string line =
        "PROXY " + family + address + ' ' + address + ' ' + std::to_string(source.port()) + " 1\r\n";
    const ProxyHeader again = parse_proxy_header(line);
    require(again.step == Step::complete && again.source == source, "a source written anew is the same");
}

}  // namespace

void proxy_header(std::string_view input) {
    const ProxyHeader whole = parse_proxy_header(input);
    const std::size_t most = std::min(input.size(), most_proxy_header + 1);
    ProxyHeader last;
    last.step = Step::need_more;
    for (std::size_t size = 0; size <= most; ++size) {
        const std::vector<char> copy{input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)};
        const ProxyHeader part = parse_proxy_header({copy.data(), size});
        require(last.step == Step::need_more || same(part, last), "a verdict stays");
        if (part.step == Step::complete) require(part.size <= size, "a header ends in what has come");
        if (part.step == Step::complete && last.step == Step::need_more)
            require(part.size == size, "a header is complete with its last byte");
        last = part;
    }
    require(same(whole, last), "what follows the header makes no difference");
    require(whole.step != Step::need_more || input.size() < most_proxy_header, "waiting has an end");
    if (whole.step == Step::complete && whole.names_source && !whole.source.address().is_unspecified())
        check_written_anew(whole.source);
}

}  // namespace patchbay::fuzz
