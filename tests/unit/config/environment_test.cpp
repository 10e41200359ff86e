#include "config/environment.hpp"

#include "config/keys.hpp"
#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

using namespace patchbay;
using namespace std::chrono_literals;

namespace {

std::string problems_of(const Environment& environment, std::string_view yaml = {}) {
    try {
        parse_config(yaml, "patchbay.yaml", environment);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("variables win over the file", "[config]") {
    const auto config =
        parse_config("listen: 127.0.0.1:1\nexecutor: {threads: 4}\ntimeouts: {idle: 5s}\n", "patchbay.yaml",
                     {{"PATCHBAY_LISTEN", "0.0.0.0:80"},
                      {"PATCHBAY_EVENT_LOOPS", "auto"},
                      {"PATCHBAY_EXECUTOR_PER_PLUGIN_THREADS", "3"},
                      {"PATCHBAY_PLUGINS_WATCH", "false"},
                      {"PATCHBAY_LIMITS_BODY", "2MiB"},
                      {"PATCHBAY_LOG_LEVEL", "debug"},
                      {"PATCHBAY_TIMEOUTS_IDLE", "7s"}});
    CHECK(config.listen == std::vector{ListenerConfig{TcpAddress{"0.0.0.0", 80}}});
    CHECK(config.event_loops == 0);
    CHECK(config.executor.threads == 4);
    CHECK(config.executor.per_plugin.threads == 3);
    CHECK_FALSE(config.plugins.watch);
    CHECK(config.limits.body == 2 * 1024 * 1024);
    CHECK(config.log.level == LogConfig::Level::debug);
    CHECK(config.timeouts.idle == 7s);
}

TEST_CASE("a variable lists addresses with commas between them", "[config]") {
    const auto config =
        parse_config("", "patchbay.yaml", {{"PATCHBAY_LISTEN", "127.0.0.1:80, unix:/run/p.sock,[::1]:0"}});
    CHECK(config.listen == std::vector{ListenerConfig{TcpAddress{"127.0.0.1", 80}},
                                       ListenerConfig{UnixAddress{"/run/p.sock"}},
                                       ListenerConfig{TcpAddress{"::1", 0}}});
    CHECK(parse_config("", "patchbay.yaml", {{"--listen", "127.0.0.1:0,127.0.0.1:0"}}).listen.size() == 2);
    CHECK(problems_of({{"PATCHBAY_LISTEN", "127.0.0.1:80,127.0.0.1:80"}}) ==
          "PATCHBAY_LISTEN: listen: '127.0.0.1:80' is listed twice");
    CHECK_THAT(problems_of({{"PATCHBAY_LISTEN", "127.0.0.1:80,,[::1]:80"}}), Catch::Contains("found ''"));
    CHECK_THAT(problems_of({{"PATCHBAY_LISTEN", "127.0.0.1:80,81"}}),
               Catch::Contains("found '81'; did you mean '127.0.0.1:81'?"));
}

TEST_CASE("every scalar key has a variable that sets it", "[config]") {
    for (const auto& key : detail::config_keys()) {
        const auto name = detail::environment_name(key.path);
        INFO(name);
        const auto value = default_value(key);
        CHECK(problems_of({{name, value == "\"\"" || value == "[]" ? "" : value}}).empty());
        const auto kind = key.rules.kind;
        if (kind == detail::ValueKind::path || kind == detail::ValueKind::optional_path ||
            kind == detail::ValueKind::output)
            continue;
        CHECK(problems_of({{name, "?"}}).starts_with(name + ": " + std::string{key.path} + ": "));
    }
}

TEST_CASE("an access log's file is relative too, but for the standard streams", "[config]") {
    const auto file = [](const std::string& value) {
        return parse_config("access_log: {file: " + value + "}", "etc/patchbay.yaml", {}).access_log.file;
    };
    CHECK(file("requests.log") == "etc/requests.log");
    CHECK(file("/var/log/requests.log") == "/var/log/requests.log");
    CHECK(file("stdout") == "stdout");
    CHECK(file("stderr") == "stderr");
    CHECK(file("\"\"").empty());
    CHECK(problems_of({{"PATCHBAY_ACCESS_LOG_FORMAT", "jsn"}}) ==
          "PATCHBAY_ACCESS_LOG_FORMAT: access_log.format: expected auto, json or text, found 'jsn'; did you "
          "mean 'json'?");
}

TEST_CASE("directories in variables are relative to the working directory", "[config]") {
    const auto config = parse_config("plugins: {directory: there, private_directory: private}",
                                     "etc/patchbay.yaml", {{"PATCHBAY_PLUGINS_DIRECTORY", "here"}});
    CHECK(config.plugins.directory == "here");
    CHECK(config.plugins.private_directory == "etc/private");
}

TEST_CASE("problems of variables name the variable and come after those of the file", "[config]") {
    CHECK(problems_of({{"PATCHBAY_LISTEN", "8080"}, {"PATCHBAY_LISTN", "127.0.0.1:80"}}, "lisen: x\n") ==
          "patchbay.yaml:1:1: lisen: unknown key; did you mean 'listen'?\n"
          "PATCHBAY_LISTEN: listen: expected host:port such as 127.0.0.1:8080 or [::1]:8080, found '8080'; "
          "did you mean "
          "'127.0.0.1:8080'?\n"
          "PATCHBAY_LISTN: this variable sets no key; did you mean 'PATCHBAY_LISTEN'?");
    CHECK(problems_of({{"PATCHBAY_EXECUTOR_THREADS", ""}}) ==
          "PATCHBAY_EXECUTOR_THREADS: executor.threads: expected a whole number from 1 to 1024, found ''");
}

TEST_CASE("shares are checked against what the variables set", "[config]") {
    CHECK(problems_of({{"PATCHBAY_EXECUTOR_THREADS", "4"}}, "executor: {per_plugin: {threads: 8}}") ==
          "patchbay.yaml:1:34: executor.per_plugin.threads: 8 is more than executor.threads, which is 4");
}

TEST_CASE("other variables are not looked at", "[config]") {
    CHECK(problems_of({{"HOME", "/root"}, {"PATCHBAY", "x"}, {"patchbay_listen", "x"}}).empty());
}

TEST_CASE("the environment of a process is split at the first '='", "[config]") {
    const std::array<const char*, 5> variables{"HOME=/root", "PATCHBAY_LISTEN=[::1]:80", "PATCHBAY_A=b=c",
                                               "PATCHBAY_X", nullptr};
    CHECK(environment_from(variables.data()) ==
          Environment{{"HOME", "/root"}, {"PATCHBAY_A", "b=c"}, {"PATCHBAY_LISTEN", "[::1]:80"}});
    CHECK(environment_from(nullptr).empty());
}
