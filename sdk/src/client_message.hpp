// One call of an HttpClient as its connection sees it. Private to libpatchbay.
#pragma once

#include <patchbay/http_client.hpp>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::detail {

struct RequestData;

struct ClientMessage {
    http::request<http::string_body> request;
    std::string call;  ///< what the texts of its errors begin with, "GET https://api.example.org"
    std::chrono::steady_clock::time_point end;  ///< of the time it may take
    std::size_t max_body = 0;
    ClientBodyReceiver receive;  ///< none: the answer holds its body

    /// "GET https://api.example.org: " and `what`.
    HttpClientError error(HttpClientError::Kind kind, std::string_view what) const;
};

/// `caller` is the request whose handler calls; null: none. The body is moved away.
ClientMessage make_client_message(ClientRequest& request, const HttpClientOptions& options,
                                  const RequestData* caller);

}  // namespace patchbay::detail
