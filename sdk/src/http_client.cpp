#include "client_pool.hpp"
#include "header_rules.hpp"

#include <patchbay/detail/task_context.hpp>
#include <patchbay/http_client.hpp>
#include <patchbay/task_group.hpp>

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace patchbay {

namespace detail {

/// What a client's calls share. Kept by each of them, and by the client.
class ClientState {
public:
    explicit ClientState(HttpClientOptions options)
        : options_{std::move(options)}, tls_{options_.ca_file, options_.verify_tls} {}
    ClientState(const ClientState&) = delete;
    ClientState& operator=(const ClientState&) = delete;

    // A loop may be in the middle of its pool, whose timer runs there.
    ~ClientState() {
        for (auto& pool : pools_) {
            asio::io_context& loop = pool->loop();
            asio::post(loop, [last = std::move(pool)] {});
        }
    }

    const HttpClientOptions& options() const noexcept { return options_; }
    ClientTls& tls() noexcept { return tls_; }

    /// That of the running loop.
    ClientPool& pool_of(asio::io_context& loop) {
        const std::scoped_lock lock{mutex_};
        for (const auto& pool : pools_)
            if (&pool->loop() == &loop) return *pool;
        return *pools_.emplace_back(std::make_shared<ClientPool>(loop, options_));
    }

private:
    const HttpClientOptions options_;
    ClientTls tls_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<ClientPool>> pools_;
};

}  // namespace detail

namespace {

using Clock = std::chrono::steady_clock;
using Kind = HttpClientError::Kind;

std::string in_milliseconds(std::chrono::nanoseconds duration) {
    return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(duration).count()) + " ms";
}

void check_timeout(const char* name, std::chrono::nanoseconds value) {
    if (value > 0ns && value <= 24h) return;
    throw std::invalid_argument{std::string{"patchbay: HttpClientOptions::"} + name +
                                " must be positive, and at most 24h"};
}

HttpClientOptions checked(HttpClientOptions options) {
    check_timeout("connect_timeout", options.connect_timeout);
    check_timeout("timeout", options.timeout);
    check_timeout("idle_timeout", options.idle_timeout);
    if (options.max_connections_per_host == 0)
        throw std::invalid_argument{"patchbay: HttpClientOptions::max_connections_per_host must not be 0"};
    detail::check_field("User-Agent", options.user_agent);
    return options;
}

// RFC 9110 §9.2.2.
bool is_idempotent(http::verb method) {
    using enum http::verb;
    return method == get || method == head || method == put || method == delete_ || method == options ||
           method == trace;
}

Task<std::unique_ptr<detail::ClientConnection>> connect(detail::ClientState& client,
                                                        const ClientRequest& request,
                                                        const detail::ClientMessage& message) {
    const std::chrono::nanoseconds limit = client.options().connect_timeout;
    const Clock::time_point end = std::min(Clock::now() + limit, message.end);
    try {
        co_return co_await with_timeout(detail::connect_client(request, message, client.tls(), end), limit);
    } catch (const TimedOut&) {
        throw message.error(Kind::timeout, "no connection within " + in_milliseconds(limit));
    }
}

Task<ClientResponse> attempt(detail::ClientState& client, const ClientRequest& request,
                             const detail::ClientMessage& message) {
    const LoopExecutor executor = co_await this_task::executor;
    detail::ClientPool& pool = client.pool_of(executor.context());
    detail::ClientPool::Place place = co_await pool.enter(request.origin(), message);
    std::unique_ptr<detail::ClientConnection> connection = place.take_idle();
    for (unsigned left = client.options().retries;;) {
        const bool was_idle = connection != nullptr;
        if (!connection) connection = co_await connect(client, request, message);
        detail::ClientConnection::Outcome outcome = co_await connection->exchange(message);
        if (outcome.response) {
            if (outcome.reusable && !connection->is_stale()) place.keep(std::move(connection));
            co_return *std::move(outcome.response);
        }
        connection.reset();
        const bool again = is_idempotent(request.method()) && (was_idle || left > 0);
        if (!again) throw message.error(Kind::closed, "the connection ended before the answer began");
        if (!was_idle) --left;
    }
}

Task<ClientResponse> call(std::shared_ptr<detail::ClientState> client, ClientRequest request,
                          ClientBodyReceiver receive) {
    const detail::TaskContext& context = co_await detail::ContextTag{};
    detail::ClientMessage message =
        detail::make_client_message(request, client->options(), context.request_data);
    message.receive = std::move(receive);
    const std::chrono::nanoseconds limit = request.timeout().value_or(client->options().timeout);
    const Clock::time_point began = Clock::now();
    const Clock::time_point end = std::min(began + limit, context.deadline);
    const std::string too_late = end == context.deadline
                                     ? "no complete answer before the caller's deadline"
                                     : "no complete answer within " + in_milliseconds(limit);
    message.end = end;
    if (end <= began) throw message.error(Kind::timeout, too_late);
    try {
        co_return co_await with_timeout(attempt(*client, request, message), end - began);
    } catch (const TimedOut&) {
        if (Clock::now() < end) throw;  // the receiver's own
        throw message.error(Kind::timeout, too_late);
    }
}

}  // namespace

HttpClient::HttpClient(HttpClientOptions options)
    : state_{std::make_shared<detail::ClientState>(checked(std::move(options)))} {}
HttpClient::~HttpClient() = default;

Task<ClientResponse> HttpClient::send(ClientRequest request) const {
    return call(state_, std::move(request), {});
}

Task<ClientResponse> HttpClient::send(ClientRequest request, ClientBodyReceiver receive) const {
    return call(state_, std::move(request), std::move(receive));
}

Task<ClientResponse> HttpClient::get(std::string_view url) const {
    return send(ClientRequest{http::verb::get, url});
}

Task<ClientResponse> HttpClient::post(std::string_view url, detail::BodyText body,
                                      std::string_view content_type) const {
    return send(ClientRequest{http::verb::post, url}.body(std::move(body), content_type));
}

Task<ClientResponse> HttpClient::post_json(std::string_view url, const nlohmann::json& value) const {
    return send(ClientRequest{http::verb::post, url}.json(value));
}

}  // namespace patchbay
