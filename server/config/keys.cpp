#include "config/keys.hpp"

#include "config/key_ranges.hpp"

#include <algorithm>
#include <array>

namespace patchbay::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::array keys{
    ConfigKey<Config>{
        "listen",
        {ValueKind::listeners, {}},
        [](Config& c) -> std::vector<ListenerConfig>& { return c.listen; },
        "Where to listen: host:port with an IPv6 host in brackets, where port 0 takes a free "
        "one and prints it; unix:path, relative to the directory of this file; systemd, or "
        "systemd:name, for sockets that the process was started with. Or a list of these, or "
        "of mappings; in the variable and --listen with commas between the addresses, so that a "
        "path with a comma can't be given there.",
        "0.0.0.0 or [::] opens the server to every network it is on."},
    ConfigKey<Config>{
        "trusted_proxies",
        {ValueKind::proxies, {}},
        [](Config& c) -> std::vector<ProxyRange>& { return c.trusted_proxies; },
        "Proxies that may say who their client is, by Forwarded, X-Forwarded-For, -Proto and "
        "-Host, and by the PROXY protocol where a listener has it: addresses, networks, and unix for "
        "whoever connects to a Unix socket.",
        "Whoever has one of these addresses can pretend to be anybody."},
    ConfigKey<Config>{"event_loops",
                      {ValueKind::count_or_auto, {1, 256}},
                      [](Config& c) -> std::size_t& { return c.event_loops; },
                      "Number of event loop threads; auto is one for each core that the process may use.",
                      "More than one for each core gains nothing; fewer leaves cores to executor threads."},
    ConfigKey<Config>{"executor.threads",
                      {ValueKind::count, {1, 1024}},
                      [](Config& c) -> std::size_t& { return c.executor.threads; },
                      "Number of threads that run blocking handlers.",
                      "More blocking calls run at the same time, each for the memory of a thread."},
    ConfigKey<Config>{"executor.queue",
                      {ValueKind::count, {1, 1'000'000}},
                      [](Config& c) -> std::size_t& { return c.executor.queue; },
                      "Number of jobs that may wait for a thread; beyond it requests are answered 503.",
                      "Longer bursts are absorbed, and requests wait longer before they are refused."},
    ConfigKey<Config>{"executor.websockets",
                      {ValueKind::count_or_auto, {1, 1024}},
                      [](Config& c) -> std::size_t& { return c.executor.websockets; },
                      "Number of threads that blocking WebSockets may hold at once, at most "
                      "executor.threads; beyond it handshakes are answered 503; auto is half of "
                      "executor.threads, rounded down.",
                      "More clients are served by blocking WebSockets, and fewer threads are left to "
                      "blocking handlers: with all of executor.threads, perhaps none."},
    ConfigKey<Config>{
        "executor.per_plugin.threads",
        {ValueKind::count_or_auto, {1, 1024}},
        [](Config& c) -> std::size_t& { return c.executor.per_plugin.threads; },
        "Number of executor threads that one plugin may hold at once, at most executor.threads; "
        "auto is three quarters of these.",
        "A busy plugin gets more done, and leaves less to the others when its calls hang."},
    ConfigKey<Config>{"executor.per_plugin.queue",
                      {ValueKind::count, {1, 1'000'000}},
                      [](Config& c) -> std::size_t& { return c.executor.per_plugin.queue; },
                      "Number of jobs that one plugin may have waiting, at most executor.queue.",
                      "One plugin's bursts are absorbed longer, and fill more of the common queue."},
    ConfigKey<Config>{"executor.per_plugin.websockets",
                      {ValueKind::count_or_auto, {1, 1024}},
                      [](Config& c) -> std::size_t& { return c.executor.per_plugin.websockets; },
                      "Number of threads that blocking WebSockets of one plugin may hold at once, at most "
                      "what executor.per_plugin.threads comes to; auto is half of that, rounded down.",
                      "More clients are served by a plugin's blocking WebSockets, and fewer of its threads "
                      "are left to its blocking handlers."},
    ConfigKey<Config>{"plugins.directory",
                      {ValueKind::path, {}},
                      [](Config& c) -> std::filesystem::path& { return c.plugins.directory; },
                      "Directory that plugins are loaded from, relative to the directory of this file.",
                      ""},
    ConfigKey<Config>{
        "plugins.watch",
        {ValueKind::boolean, {}},
        [](Config& c) -> bool& { return c.plugins.watch; },
        "Whether plugins are loaded, replaced and retired as files in the directory come and go.",
        "When on, whoever may write to the directory may change what is served, at any time."},
    ConfigKey<Config>{"plugins.settle",
                      {ValueKind::duration, {10, 60 * second}},
                      [](Config& c) -> milliseconds& { return c.plugins.settle; },
                      "Quiet time after the last write to a plugin's file before it is looked at.",
                      "Slow copies are taken for complete less often, and every reload starts later."},
    ConfigKey<Config>{"plugins.retire_after",
                      {ValueKind::duration, {0, hour}},
                      [](Config& c) -> milliseconds& { return c.plugins.retire_after; },
                      "Time that a plugin stays in service after its file disappears.",
                      "A build that deletes the file before writing it anew has longer to finish."},
    ConfigKey<Config>{"plugins.load_timeout",
                      {ValueKind::duration, {100, hour}},
                      [](Config& c) -> milliseconds& { return c.plugins.load_timeout; },
                      "Time that a plugin has to load, be constructed and start, before it is refused.",
                      "Plugins may do more when they start, and a hanging one is noticed later."},
    ConfigKey<Config>{"plugins.tasks",
                      {ValueKind::count, {1, 100'000'000}},
                      [](Config& c) -> std::size_t& { return c.plugins.tasks; },
                      "Number of tasks that a generation of a plugin may have spawned at once; beyond it its "
                      "spawn() throws, and a request that it was called for is answered 503.",
                      "More work goes on behind the answers, and takes memory."},
    ConfigKey<Config>{"plugins.private_directory",
                      {ValueKind::optional_path, {}},
                      [](Config& c) -> std::filesystem::path& { return c.plugins.private_directory; },
                      "Directory for the private copy of each loaded plugin, relative to the directory of "
                      "this file; empty makes one in the temporary directory.",
                      "It must not be mounted noexec."},
    ConfigKey<Config>{
        "drain.deadline",
        {ValueKind::duration, {0, day}},
        [](Config& c) -> milliseconds& { return c.drain.deadline; },
        "Time that the requests of a replaced plugin have to finish before they are cancelled, and its "
        "WebSockets before their clients are told to connect anew (1012).",
        "Long requests survive a reload more often, and the old plugin stays in memory longer."},
    ConfigKey<Config>{"shutdown.deadline",
                      {ValueKind::duration, {0, day}},
                      [](Config& c) -> milliseconds& { return c.shutdown.deadline; },
                      "Time that open requests have to finish when the server stops.",
                      "Fewer requests are cut off, and a stop may take longer."},
    ConfigKey<Config>{"limits.target",
                      {ValueKind::size, {256, mib}},
                      [](Config& c) -> std::size_t& { return c.limits.target; },
                      "Size of a request's target (path and query); beyond it the answer is 414.",
                      "Longer queries pass, and each connection may hold more memory."},
    ConfigKey<Config>{"limits.header_bytes",
                      {ValueKind::size, {kib, mib}},
                      [](Config& c) -> std::size_t& { return c.limits.header_bytes; },
                      "Size of a request's line and header fields; beyond it the answer is 431.",
                      "Larger cookies pass, and each connection may hold more memory."},
    ConfigKey<Config>{"limits.header_fields",
                      {ValueKind::count, {1, 1000}},
                      [](Config& c) -> std::size_t& { return c.limits.header_fields; },
                      "Number of header fields in a request; beyond it the answer is 431.",
                      "Unusual clients pass, and a request may cost more time."},
    ConfigKey<Config>{
        "limits.body",
        {ValueKind::size, {0, 1'000'000 * gib}},
        [](Config& c) -> std::size_t& { return c.limits.body; },
        "Size of a request's body, unless its route says otherwise; beyond it the answer is 413.",
        "Larger uploads pass, and each request may hold more memory."},
    ConfigKey<Config>{"limits.connections",
                      {ValueKind::count, {1, 1'000'000}},
                      [](Config& c) -> std::size_t& { return c.limits.connections; },
                      "Number of connections open at once.",
                      "More clients are served together, for memory and a file descriptor each."},
    ConfigKey<Config>{
        "limits.connections_per_address",
        {ValueKind::count, {0, 1'000'000}},
        [](Config& c) -> std::size_t& { return c.limits.connections_per_address; },
        "Number of connections open at once from one IPv4 address or one IPv6 /64 network, trusted proxies "
        "and Unix sockets left out; 0 is no limit.",
        "More clients behind one address are served, and one client alone may take more of "
        "limits.connections."},
    ConfigKey<Config>{"limits.requests_per_connection",
                      {ValueKind::count, {0, 1'000'000'000}},
                      [](Config& c) -> std::size_t& { return c.limits.requests_per_connection; },
                      "Number of requests after which a connection is closed; 0 is no limit.",
                      "Clients reconnect less often, and stay on the event loop they are on for longer."},
    ConfigKey<Config>{"limits.min_rate",
                      {ValueKind::size, {0, mib}},
                      [](Config& c) -> std::size_t& { return c.limits.min_rate; },
                      "Bytes a second that a client must send of a body, or take of a response, on average "
                      "over timeouts.body or timeouts.write.",
                      "Clients that crawl on purpose are cut off, and with them the slowest honest ones."},
    ConfigKey<Config>{"timeouts.header",
                      {ValueKind::duration, {10, hour}},
                      [](Config& c) -> milliseconds& { return c.timeouts.header; },
                      "Time for a request's header to arrive, from its first byte.",
                      "Slow clients pass, and those that send slowly on purpose hold connections longer."},
    ConfigKey<Config>{"timeouts.body",
                      {ValueKind::duration, {10, day}},
                      [](Config& c) -> milliseconds& { return c.timeouts.body; },
                      "Time over which a request's body must arrive at limits.min_rate.",
                      "Uploads may pause for longer, and stalled ones hold connections longer."},
    ConfigKey<Config>{"timeouts.idle",
                      {ValueKind::duration, {10, day}},
                      [](Config& c) -> milliseconds& { return c.timeouts.idle; },
                      "Time that a connection may stay open between requests.",
                      "Clients reconnect less often, and more idle connections count against the limit."},
    ConfigKey<Config>{
        "timeouts.write",
        {ValueKind::duration, {10, day}},
        [](Config& c) -> milliseconds& { return c.timeouts.write; },
        "Time over which the client must take a response at limits.min_rate.",
        "Readers may pause for longer, and stalled ones hold connections and responses longer."},
    ConfigKey<Config>{
        "timeouts.handler",
        {ValueKind::duration, {1, day}},
        [](Config& c) -> milliseconds& { return c.timeouts.handler; },
        "Time for a handler to answer, unless its route says otherwise; beyond it the answer is 504.",
        "Slow handlers finish, and hanging ones hold their requests longer."},
    ConfigKey<Config>{"log.level",
                      {ValueKind::log_level, {}},
                      [](Config& c) -> LogConfig::Level& { return c.log.level; },
                      "The least serious messages that are logged.",
                      "Each level also logs those after it; debug writes the most."},
    ConfigKey<Config>{"log.stall",
                      {ValueKind::duration, {10, hour}},
                      [](Config& c) -> milliseconds& { return c.log.stall; },
                      "Time that a handler may hold up its event loop before a warning names its plugin.",
                      "Only longer stalls are named, and a busy machine is not taken for one."},
    ConfigKey<Config>{"access_log.file",
                      {ValueKind::output, {}},
                      [](Config& c) -> std::filesystem::path& { return c.access_log.file; },
                      "File that gets a line for each request, relative to the directory of this file; or "
                      "stdout or stderr; empty writes none.",
                      "What is written too slowly loses lines, which are counted, and holds up no request. "
                      "SIGHUP opens the file anew."},
    ConfigKey<Config>{"access_log.format",
                      {ValueKind::access_format, {}},
                      [](Config& c) -> AccessLogConfig::Format& { return c.access_log.format; },
                      "How such a line is written; auto is text on a terminal and json elsewhere.",
                      "json names everything as OpenTelemetry does; text is for people."},
    ConfigKey<Config>{"trailing_slash",
                      {ValueKind::slash_policy, {}},
                      [](Config& c) -> TrailingSlash& { return c.trailing_slash; },
                      "What becomes of a path that no route has, but one has with a slash at its end, or "
                      "without the one at its end.",
                      "strict answers 404; redirect answers 308 and names the path that is there."},
};

constexpr std::array sections{
    ConfigSection{"executor", "The threads that run blocking handlers."},
    ConfigSection{"executor.per_plugin", "The share of them that one plugin may take."},
    ConfigSection{"plugins", "Where plugins come from and how they are exchanged."},
    ConfigSection{"drain", "How a replaced plugin ends."},
    ConfigSection{"shutdown", "How the server ends."},
    ConfigSection{"limits", "What one client may ask for."},
    ConfigSection{"timeouts", "How long the server waits for a client or a handler."},
    ConfigSection{"log", "What is logged."},
    ConfigSection{"access_log", "Where requests are logged."},
};

}  // namespace

std::span<const ConfigKey<Config>> config_keys() { return keys; }

std::span<const ConfigSection> config_sections() { return sections; }

std::string environment_name(std::string_view path) {
    std::string name{path};
    std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
        if (letter == '.') return '_';
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - ('a' - 'A')) : letter;
    });
    return "PATCHBAY_" + name;
}

std::string default_value(const ConfigKey<Config>& key) {
    Config defaults;
    const auto format = [&](auto access) -> std::string {
        if constexpr (requires { format_value(key.rules.kind, access(defaults)); })
            return format_value(key.rules.kind, access(defaults));
        else
            return {};
    };
    return std::visit(format, key.field);
}

}  // namespace patchbay::detail
