// Whom an HttpClient trusts: the TLS settings that its connections share. Private to libpatchbay.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace patchbay::detail {

class ClientTls {
public:
    /// `ca_file` is PEM; empty: the system's certificates. Errors: std::runtime_error that names the file.
    ClientTls(const std::string& ca_file, bool verify);

    boost::asio::ssl::context& context() noexcept { return context_; }

    /// Before the handshake: names the host to the server (RFC 6066 §3), and demands a certificate for it
    /// (RFC 9110 §4.3.4). Errors: boost::system::system_error.
    void expect_host(SSL* connection, const std::string& host) const;
    /// Why a handshake that has failed did.
    std::string failure(SSL* connection, const boost::system::error_code& error) const;

    /// Whether OpenSSL or Asio holds something of the server's, after an answer that was read whole, that is
    /// no part of TLS itself. What is (such as a ticket, RFC 8446 §4.6.1) is taken.
    static bool holds_unread(SSL* connection) noexcept;

private:
    boost::asio::ssl::context context_;
    bool verify_;
};

}  // namespace patchbay::detail
