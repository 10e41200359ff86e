// Limits that stand at one listener.
#include "config/listeners.hpp"

#include "config/keys.hpp"
#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace patchbay;
using namespace std::chrono_literals;

TEST_CASE("a listener may have limits and timeouts of its own", "[config]") {
    const auto config = parse_config(R"(
listen:
  - 127.0.0.1:80
  - address: unix:x.sock
    limits: {target: 1KiB, header_bytes: 2KiB, header_fields: 3, connections: 4, connections_per_address: 0,
             requests_per_connection: 6, min_rate: 7B}
    timeouts: {header: 8s, body: 9s, idle: 10s, write: 11s}
    early_hints: false
  - {address: 127.0.0.1:81, limits: , timeouts: {idle: 1s}}
)",
                                     "patchbay.yaml", {});
    REQUIRE(config.listen.size() == 3);
    CHECK(config.listen[0].limits == ListenerLimits{});
    const ListenerLimits expected{.target = 1024,
                                  .header_bytes = 2048,
                                  .header_fields = 3,
                                  .connections = 4,
                                  .connections_per_address = 0,
                                  .requests_per_connection = 6,
                                  .min_rate = 7,
                                  .header_timeout = 8s,
                                  .body_timeout = 9s,
                                  .idle_timeout = 10s,
                                  .write_timeout = 11s,
                                  .early_hints = false};
    CHECK(config.listen[1].limits == expected);
    CHECK(config.listen[2].limits.idle_timeout == 1s);
    CHECK_FALSE(config.listen[2].limits.header_timeout);
}

TEST_CASE("what a listener says in place of a key may be what the key may", "[config]") {
    const auto keys = detail::config_keys();
    std::size_t compared = 0;
    for (const auto& key : detail::listener_keys()) {
        if (key.path.find('.') == std::string_view::npos) continue;
        INFO(key.path);
        const auto of_all = std::ranges::find(keys, key.path, &detail::ConfigKey<Config>::path);
        REQUIRE(of_all != keys.end());
        CHECK(key.rules.kind == of_all->rules.kind);
        CHECK(key.rules.range.minimum == of_all->rules.range.minimum);
        CHECK(key.rules.range.maximum == of_all->rules.range.maximum);
        CHECK(key.default_text == key.path);
        ++compared;
    }
    CHECK(compared > 0);
}
