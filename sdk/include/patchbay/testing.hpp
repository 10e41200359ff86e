// For the unit tests of a plugin: runs it in the test's own process, on a real event loop and executor
// threads but without a server or a socket. Belongs to no test framework; link patchbay::patchbay and nothing
// else.
#pragma once

#include <patchbay/plugin.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

namespace detail {
class FakeHost;
}

namespace testing {

using Fields = std::vector<std::pair<std::string, std::string>>;
using Headers = Fields;

/// A Cookie header: `app.get("/", {testing::cookies({{"theme", "dark"}})})`. Nothing is checked or escaped.
PATCHBAY_API std::pair<std::string, std::string> cookies(const Fields& pairs);

struct RequestOptions {
    http::verb method = http::verb::get;
    std::string target = "/";  ///< path and query, percent-encoded, e.g. "/notes/1?full=true"
    Headers headers{};
    std::string body{};
    std::string peer = "127.0.0.1";  ///< address of the other end; empty: a Unix socket
    Headers trailers{};              ///< behind the body; there from the beginning
    bool trusted_proxy = false;      ///< the peer is one: Forwarded and X-Forwarded-* are taken from it
};

/// One line that the plugin has logged, or that the host has logged about it.
struct LogLine {
    LogLevel level;
    std::string plugin;
    std::string message;
};

struct Options {
    std::string plugin = "plugin";                ///< its name in log lines and settings errors
    std::chrono::nanoseconds request_limit = 5s;  ///< request() throws when it gets no answer for so long
    std::chrono::nanoseconds drain = 200ms;     ///< close() lets spawned tasks run for so long, then cancels
    std::chrono::nanoseconds close_limit = 5s;  ///< and after so long it gives up and says what is left
    unsigned executor_threads = 2;              ///< "executor-0" and so on
    std::size_t executor_queue = 64;            ///< jobs that may wait for a thread; one more is a 503
    std::vector<std::string> filters{};  ///< of the plugin, around all its handlers, as the YAML puts them
};

/// What App is made of that does not depend on the plugin's class.
class PATCHBAY_API AppBase {
public:
    AppBase(const AppBase&) = delete;
    AppBase& operator=(const AppBase&) = delete;

    /// Sends a request to the handler whose default route fits best, and waits for its answer. Like the host:
    /// the path is decoded and its dot segments are removed, 404 and 405 where no route fits, OPTIONS
    /// answered with Allow, HEAD by GET handlers without the body, exceptions as problem+json. A Host of
    /// localhost and the Content-Length of a body are added where they lack. Unlike it: nothing is checked
    /// against the operator's limits, a file is not read (see Response::file()), a stream that fails is a
    /// 500, and a WebSocket's handler answers any GET's handshake and is ended then. Errors:
    /// std::runtime_error when there is no answer within the limit; the handler is cancelled then.
    /// Thread-safety: callable from several threads at once, but not from a handler.
    Response request(RequestOptions options);
    Response get(std::string_view target, Headers headers = {});
    Response post(std::string_view target, std::string body, Headers headers = {});
    /// With the Content-Type application/json.
    Response post_json(std::string_view target, const nlohmann::json& body, Headers headers = {});
    /// As a browser sends an HTML form: the fields are encoded here.
    Response post_form(std::string_view target, const Fields& fields, Headers headers = {});

    /// All lines so far, the oldest first. Thread-safe.
    std::vector<LogLine> log() const;
    /// What handlers have sent by send_early_hints() so far, the oldest first. Thread-safe.
    std::vector<Headers> early_hints() const;
    /// How many holds there are on the plugin: requests, tasks, executors kept in timers and sockets. 0 when
    /// all is quiet.
    long leases() const noexcept;
    /// Settings that the constructor did not ask for, as the operator would read them.
    std::vector<std::string> unused_settings() const;

    /// Waits until every request and task has ended (tasks are cancelled after Options::drain), calls stop()
    /// and destroys the plugin. Only log() and leases() may be called afterwards. Errors: std::runtime_error
    /// when something still holds the plugin after Options::close_limit. The plugin is then never destroyed,
    /// as the host would not unload it.
    void close();

protected:
    using Create = Plugin* (*)(const Settings&);
    AppBase(nlohmann::json settings, Options options);
    /// As close(), but ends the process with a message where close() would throw: a leak must not pass a
    /// test.
    ~AppBase();

    void load(Create create);
    Plugin& loaded() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// `testing::App<Greeter> app{R"({"greeting": "Servus"})"_json};` constructs the plugin, collects its
/// handlers and calls start(), as the host does; `app.get("/hello/Ada")` then asks it. Async and inline
/// handlers run on one event loop, "loop-0" (a Concurrency::parallel plugin too), blocking ones on executor
/// threads. Errors: the constructor passes on what the plugin throws, and throws std::invalid_argument for
/// settings that are no object, for filters that there are not, and for two handlers with the same route.
template <class PluginClass>
class App final : public AppBase {
public:
    explicit App(nlohmann::json settings = nlohmann::json::object(), Options options = {})
        : AppBase{std::move(settings), std::move(options)} {
        load(&patchbay::detail::create_plugin<PluginClass>);
    }

    /// The plugin object. What its handlers change must only be read while none of them runs.
    PluginClass& plugin() noexcept { return static_cast<PluginClass&>(loaded()); }
};

/// Makes the calling thread one that may call run_until_complete() and spawn(), on an event loop of its own.
class PATCHBAY_API LoopScope {
public:
    LoopScope();
    /// Waits for spawned tasks as AppBase::~AppBase() does.
    ~LoopScope();
    LoopScope(const LoopScope&) = delete;
    LoopScope& operator=(const LoopScope&) = delete;

private:
    std::unique_ptr<patchbay::detail::FakeHost> host_;
    patchbay::detail::ThreadState previous_;
};

/// Runs a task to its end on a fresh event loop; gives its result or exception.
/// Errors: TimedOut when it has not ended after `limit`; it is cancelled then, and waited for.
template <class T>
T run(Task<T> task, std::chrono::nanoseconds limit = 5s) {
    const LoopScope scope;
    return run_until_complete(with_timeout(std::move(task), limit));
}

}  // namespace testing
}  // namespace patchbay
