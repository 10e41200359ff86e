#include "client_tls.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace patchbay::detail {

namespace asio = boost::asio;

ClientTls::ClientTls(const std::string& ca_file, bool verify)
    : context_{asio::ssl::context::tls_client}, verify_{verify} {
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
    context_.set_verify_mode(verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
    boost::system::error_code error;
    if (ca_file.empty()) {
        context_.set_default_verify_paths(error);
    } else {
        context_.load_verify_file(ca_file, error);
    }
    if (error) {
        throw std::runtime_error{"patchbay: the CA file '" + ca_file + "' can't be read: " + error.message()};
    }
}

void ClientTls::expect_host(SSL* connection, const std::string& host) const {
    boost::system::error_code no_address;
    asio::ip::make_address(host, no_address);
    // A literal address is no name to the server.
    bool done = !no_address || SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
    // Names stand among the subjectAltNames, and a wildcard for a whole label (RFC 9525 §6.3).
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (verify_ && no_address) done = done && SSL_set1_host(connection, host.c_str()) == 1;
    if (verify_ && !no_address) {
        done = done && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1;
    }
    if (!done) throw boost::system::system_error{asio::error::no_memory};
}

std::string ClientTls::failure(SSL* connection, const boost::system::error_code& error) const {
    const long verdict = SSL_get_verify_result(connection);
    if (!verify_ || verdict == X509_V_OK) return "the TLS handshake failed: " + error.message();
    return std::string{"the server's certificate is refused: "} + X509_verify_cert_error_string(verdict);
}

bool ClientTls::holds_unread(SSL* connection) noexcept {
    char byte = 0;
    ERR_clear_error();
    const int got = SSL_peek(connection, &byte, 1);
    if (SSL_get_error(connection, got) != SSL_ERROR_WANT_READ) return true;
    return SSL_has_pending(connection) == 1 || BIO_ctrl_pending(SSL_get_rbio(connection)) > 0;
}

}  // namespace patchbay::detail
