// An HTTP/1.1 client for async handlers, with a pool of connections for each event loop that uses it. Keep it
// as a member of the plugin.
#pragma once

#include <patchbay/client_request.hpp>
#include <patchbay/client_response.hpp>
#include <patchbay/export.hpp>
#include <patchbay/http_client_error.hpp>
#include <patchbay/task.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace patchbay {

namespace detail {
class ClientState;
}  // namespace detail

/// "Host" is a scheme, a host and a port. What is counted by host is counted on each event loop; a plugin
/// that is not Concurrency::parallel uses one.
struct HttpClientOptions {
    /// Of the name's look-up, the connection and the TLS handshake together.
    std::chrono::nanoseconds connect_timeout = 5s;
    /// Of a whole call, its waiting for a connection and its retries included. The deadline of the task that
    /// calls bounds it, too.
    std::chrono::nanoseconds timeout = 30s;
    /// How long a connection without a call is kept. Servers close theirs by themselves; shorter than they do
    /// is best.
    std::chrono::nanoseconds idle_timeout = 15s;
    std::size_t max_connections_per_host = 16;
    /// Calls that wait while the host's connections are all busy; one more fails at once. They are served in
    /// their order.
    std::size_t max_waiting_per_host = 1000;
    /// Connections without a call, of all hosts together on each event loop.
    std::size_t max_idle_connections = 64;
    /// Bytes of an answer's body that is held in memory.
    std::size_t max_body = 8 << 20;
    /// How often a call of an idempotent method (RFC 9110 §9.2.2) is made anew whose connection ended before
    /// the answer began. One that had been idle doesn't count: its server may have closed it at that moment.
    unsigned retries = 1;
    /// Certificates to trust, PEM, in place of the system's.
    std::string ca_file{};
    /// Without it any server may pose as another: for tests.
    bool verify_tls = true;
    std::string user_agent = "patchbay";
    /// Sends the traceparent and tracestate (W3C Trace Context) of the request whose handler calls.
    bool propagate_trace = true;
};

/// Takes an answer's body piece by piece; each is awaited before more is read, so that a server is not faster
/// than who receives. `head` has no body. The views are valid until the Task has ended.
using ClientBodyReceiver = std::function<Task<>(const ClientResponse& head, std::string_view piece)>;

/// Speaks HTTP/1.1 and follows no redirects: their target may be a host that its caller would not call.
/// Lifetime: its tasks go before it does, as they do before the plugin. An idle connection keeps nothing of
/// the plugin. Thread-safety: calls may be made on several event loops at once; each stays on its own.
class PATCHBAY_API HttpClient {
public:
    /// Errors: std::invalid_argument for an option that makes no sense; std::runtime_error for a CA file that
    /// can't be read.
    explicit HttpClient(HttpClientOptions options = {});
    /// On any thread; connections close.
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Awaited by a task on an event loop, which serves others meanwhile. Errors: HttpClientError.
    /// Cancellation: boost::system::system_error, operation_aborted; the connection is closed.
    Task<ClientResponse> send(ClientRequest request) const;
    /// The same for a body of any size, whatever the status: the response that this gives has none. The
    /// timeout is for all of it. Errors: also what `receive` throws; the connection is closed then.
    Task<ClientResponse> send(ClientRequest request, ClientBodyReceiver receive) const;
    /// Errors of these: std::invalid_argument as ClientRequest says; and as send().
    Task<ClientResponse> get(std::string_view url) const;
    Task<ClientResponse> post(std::string_view url, detail::BodyText body,
                              std::string_view content_type) const;
    Task<ClientResponse> post_json(std::string_view url, const nlohmann::json& value) const;

private:
    std::shared_ptr<detail::ClientState> state_;
};

}  // namespace patchbay
