// What an HttpClient's calls end with when there is no answer to give.
#pragma once

#include <patchbay/export.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace patchbay {

/// Its text names the method, the scheme and the host, never the path, the query or a header: it may be
/// logged. A handler that lets it out answers 500; see Handlers::on_exception().
class PATCHBAY_API HttpClientError final : public std::runtime_error {
public:
    enum class Kind : std::uint8_t {
        resolve,     ///< the host's name has no address, or its look-up failed
        connect,     ///< no address of the host lets itself be connected to
        tls,         ///< no handshake, or a certificate that nobody vouches for or that is another host's
        timeout,     ///< one of the options' timeouts, or the deadline of the task that calls
        too_large,   ///< a body of more than the options' max_body, or a head or trailer of more than 64 KiB
        protocol,    ///< what came back is no HTTP/1 response
        closed,      ///< the connection ended before the answer did
        queue_full,  ///< HttpClientOptions::max_waiting_per_host calls wait for a connection already
    };

    HttpClientError(Kind kind, const std::string& text);
    HttpClientError(const HttpClientError&);
    HttpClientError& operator=(const HttpClientError&);
    ~HttpClientError() override;

    Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

}  // namespace patchbay
