// Who sent a request and how, behind trusted proxies.
#include "forwarded.hpp"

#include <patchbay/request.hpp>

namespace patchbay {

std::optional<asio::ip::address> Request::client_address() const {
    return detail::forwarded_facts(*data_).client;
}

std::string_view Request::scheme() const {
    if (!data_->trusted_proxies) return "http";
    const std::string_view said = detail::forwarded_facts(*data_).scheme;
    return said.empty() ? "http" : said;
}

std::string_view Request::host() const {
    if (data_->trusted_proxies) {
        if (const std::string_view said = detail::forwarded_facts(*data_).host; !said.empty()) return said;
    }
    return header(http::field::host).value_or(std::string_view{});
}

}  // namespace patchbay
