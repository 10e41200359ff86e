#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>

using namespace patchbay;
using nlohmann::json;

namespace {

Config load_settings(const std::string& yaml) { return parse_config(yaml, "patchbay.yaml", {}); }

json setting(const std::string& text) {
    return load_settings("settings: {p: {k: " + text + "}}\n").settings.at("p").at("k");
}

}  // namespace

TEST_CASE("plain scalars follow the core schema of YAML 1.2", "[config]") {
    CHECK(setting("~").is_null());
    CHECK(setting("null").is_null());
    CHECK(setting("").is_null());
    CHECK(setting("true") == json(true));
    CHECK(setting("FALSE") == json(false));
    CHECK(setting("tRUE") == json("tRUE"));
    CHECK(setting("0") == json(0));
    CHECK(setting("-12") == json(-12));
    CHECK(setting("+12") == json(12));
    CHECK(setting("0o17") == json(15));
    CHECK(setting("0xfF") == json(255));
    CHECK(setting("1.5") == json(1.5));
    CHECK(setting("-.5e3") == json(-500.0));
    CHECK(setting("1e3").is_number_float());
    CHECK(setting("+1.") == json(1.0));
    CHECK(setting("9223372036854775807") == json(INT64_MAX));
    CHECK(setting("-9223372036854775808") == json(INT64_MIN));
    CHECK(setting("18446744073709551615") == json(UINT64_MAX));
    for (const auto* const text : {"Servus", "1_000", "1:30", "0b11", "y", "1.2.3", ".", "-", "+", "e3", "0x",
                                   "0xg", "1e", "30s", "nil"})
        CHECK(setting(text) == json(text));
}

TEST_CASE("quoted scalars are text", "[config]") {
    for (const auto* const text : {"010", "yes", "true", "12", "null", ".nan", ""})
        CHECK(setting('"' + std::string{text} + '"') == json(text));
    CHECK(load_settings("settings:\n  p:\n    k: |\n      12\n").settings.at("p").at("k") == json("12\n"));
}

TEST_CASE("settings keep the form they were written in", "[config]") {
    const auto config = load_settings(
        "settings:\n"
        "  greeter:\n"
        "    greeting: Servus\n"
        "    names: [Anna, {last: Berg}]\n"
        "  empty:\n");
    CHECK(config.settings.at("greeter") ==
          json::parse(R"({"greeting":"Servus","names":["Anna",{"last":"Berg"}]})"));
    CHECK(config.settings.at("empty") == json::object());
    CHECK(config.settings.size() == 2);
}

TEST_CASE("every setting has a place", "[config]") {
    const auto config = load_settings(
        "settings:\n  greeter:\n    greeting: Servus\n    names: [Anna, {last: Berg}]\n    none:\n");
    const auto place = [&](const char* path) { return to_string(config.setting_positions.at(path)); };
    CHECK(place("greeter") == "patchbay.yaml:3:5");
    CHECK(place("greeter.greeting") == "patchbay.yaml:3:15");
    CHECK(place("greeter.names[1].last") == "patchbay.yaml:4:26");
    CHECK(place("greeter.none") == "patchbay.yaml:5:5");
    CHECK(config.setting_positions.size() == 7);
}

TEST_CASE("aliases share settings between plugins", "[config]") {
    const auto config = load_settings("settings:\n  a: &shared {x: 1}\n  b: *shared\n");
    CHECK(config.settings.at("a") == config.settings.at("b"));
    CHECK(to_string(config.setting_positions.at("b")) == "patchbay.yaml:3:6");
}

TEST_CASE("configurations differ where their settings do, not where lines have moved", "[config]") {
    const auto one = load_settings("settings: {a: {x: 1}, b: {y: 2}}\nroutes: [{handler: a.b}]\n");
    const auto moved =
        load_settings("# moved\nroutes: [ {handler: a.b}]\nsettings:\n  b: {y: 2}\n  a: {x: 1}\n");
    const auto changed = load_settings("settings: {a: {x: 1}, b: {y: 3}}\nroutes: [{handler: a.b}]\n");
    CHECK(one == moved);
    CHECK(one != changed);
    CHECK(one.settings.at("a") == changed.settings.at("a"));
    CHECK(one.settings.at("b") != changed.settings.at("b"));
}
