// The parts of a request as the host hands them to Request. Every view points into buffers that the host
// keeps unchanged until the handler has ended.
#pragma once

#include <patchbay/detail/trusted_proxies.hpp>
#include <patchbay/namespaces.hpp>
#include <patchbay/route_pattern.hpp>

#include <boost/asio/ip/basic_endpoint.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace boost::asio::ip {
class tcp;  // whose header takes a quarter of the time that g++ needs for <patchbay/plugin.hpp>
}

namespace patchbay {

/// One header line as it was received: the value without the white space around it.
struct HeaderField {
    http::field id = http::field::unknown;  ///< for the names that Beast knows
    std::string_view name;
    std::string_view value;
};

/// Names and values: of header fields, or of a route's parameters.
using FieldList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

namespace detail {

class BodyFeed;
class HintSink;
class RouteNames;
struct AttachedValue;

struct RequestData {
    http::verb method = http::verb::unknown;
    std::string_view method_name;
    std::string_view target;  ///< as received
    std::string_view path;    ///< decoded and normalised
    std::string_view query;   ///< as received, without the question mark
    std::string_view body;
    std::string_view unread;        ///< of the body, for a reader; when there is no source
    BodyFeed* body_feed = nullptr;  ///< of a body that arrives while the handler runs
    std::span<const HeaderField> headers;
    std::span<const HeaderField> trailers;  ///< once the body's end has been read
    std::span<const PathParams::Param> path_params;
    asio::ip::basic_endpoint<asio::ip::tcp> peer;           ///< unspecified: of a Unix socket
    std::shared_ptr<const TrustedProxies> trusted_proxies;  ///< null: none
    std::uint64_t id = 0;
    unsigned version = 11;                         ///< 10 or 11
    AttachedValue* attached = nullptr;             ///< the newest; gone before the request's last plugin is
    const RouteNames* route_names = nullptr;       ///< of the routes that it was matched by; null: none
    HintSink* hints = nullptr;                     ///< null: nobody is told
    const std::atomic<bool>* cancelled = nullptr;  ///< set when the handler is asked to stop; null: never
};

}  // namespace detail
}  // namespace patchbay
