#include <patchbay/settings.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <chrono>

using namespace patchbay;
using namespace std::chrono_literals;

namespace {

nlohmann::json example() {
    return {{"greeting", "Servus"},
            {"on", true},
            {"count", 7},
            {"ratio", 0.5},
            {"pause", "250ms"},
            {"half", 2.5},
            {"nothing", nullptr},
            {"database", {{"path", "x.db"}, {"size", -1}}},
            {"list", {1, 2}},
            {"huge", 1e300},
            {"big", std::uint64_t{1} << 63}};
}

std::string error_of(std::function<void()> ask) {
    try {
        ask();
    } catch (const SettingsError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a setting has the type of its default") {
    const Settings settings{example()};
    CHECK(settings.get("greeting", "Hello") == "Servus");
    CHECK(settings.get("on", false));
    CHECK(settings.get("count", 1) == 7);
    CHECK(settings.get("count", 1.0) == 7.0);
    CHECK(settings.get("ratio", 1.0) == 0.5);
    CHECK(settings.get("pause", 10ms) == 250ms);
    CHECK(settings.get("database.path", std::string{}) == "x.db");
    CHECK(settings.json("list").size() == 2);
}

TEST_CASE("an absent or null setting has its default, unless it is required") {
    const Settings settings{example(), "greeter"};
    CHECK(settings.get("missing", "Hello") == "Hello");
    CHECK(settings.get("nothing", 3) == 3);
    CHECK(settings.get("database.missing", 5s) == 5s);
    CHECK(settings.get("greeting.deeper", 1) == 1);
    CHECK_FALSE(settings.contains("nothing"));
    CHECK(settings.json("missing").is_null());
    CHECK(settings.require<int>("count") == 7);
    CHECK(error_of([&] { settings.require<int>("missing"); }) ==
          "settings.greeter.missing is missing and this plugin needs it");
    CHECK(Settings{}.get("anything", 1) == 1);
    CHECK(Settings{nullptr}.get("anything", 1) == 1);
}

TEST_CASE("a wrong type is an error that shows the value and what it should be") {
    const Settings settings{example(), "greeter"};
    CHECK(error_of([&] { settings.get("count", "text"); }) == "settings.greeter.count must be text, not 7");
    CHECK(error_of([&] { settings.get("greeting", true); }) ==
          "settings.greeter.greeting must be true or false, not \"Servus\"");
    CHECK(error_of([&] { settings.get("greeting", 1.5); }) ==
          "settings.greeter.greeting must be a number, not \"Servus\"");
    CHECK(error_of([&] { settings.get("count", 1s); }) ==
          "settings.greeter.count must be a duration such as 250ms, 30s, 5m or 1h, not 7");
}

TEST_CASE("a whole number must be one and fit") {
    const Settings settings{{{"a", 256}, {"b", -1}, {"c", 2.5}, {"d", std::uint64_t{1} << 63}, {"e", 255}}};
    CHECK(settings.get("e", std::uint8_t{0}) == 255);
    CHECK(error_of([&] { settings.get("a", std::uint8_t{0}); }) ==
          "settings.a must be a whole number from 0 to 255, not 256");
    CHECK(error_of([&] { settings.get("b", 0U); }) ==
          "settings.b must be a whole number from 0 to 4294967295, not -1");
    CHECK_THROWS_AS(settings.get("c", 0), SettingsError);
    CHECK_THROWS_AS(settings.get("d", std::int64_t{0}), SettingsError);
}

TEST_CASE("durations have a unit, are not negative and fit") {
    const auto read = [](const char* text) {
        const Settings settings{{{"d", text}}};
        return settings.get("d", 0ns);
    };
    CHECK(read("1us") == 1us);
    CHECK(read("250ms") == 250ms);
    CHECK(read("30s") == 30s);
    CHECK(read("5m") == 5min);
    CHECK(read("1h") == 1h);
    CHECK(read("0s") == 0s);
    const auto wrong =
        GENERATE("", "5", "s", "5 s", "-1s", "5d", "1.5s", "99999999999999999999s", "9999999999h");
    CHECK_THROWS_AS(read(wrong), SettingsError);
}

TEST_CASE("a duration is never rounded to the plugin's unit") {
    const Settings settings{{{"d", "1500ms"}}};
    CHECK(settings.get("d", 1ms) == 1500ms);
    CHECK(settings.get("d", std::chrono::duration<double>{1}) == std::chrono::duration<double>{1.5});
    CHECK(error_of([&] { settings.get("d", 1s); }) == "settings.d must be a multiple of 1s, not \"1500ms\"");
}

TEST_CASE("errors say where in the file the setting stands") {
    const Settings settings{
        {{"database", {{"size", "x"}}}}, "notes", {{"database.size", "patchbay.yaml:7:9"}}};
    CHECK(error_of([&] { settings.get("database.size", 1); }) ==
          "patchbay.yaml:7:9: settings.notes.database.size must be a whole number from -2147483648 to "
          "2147483647, "
          "not \"x\"");
    CHECK(error_of([&] { settings.fail("database.size", "is odd"); }) ==
          "patchbay.yaml:7:9: settings.notes.database.size is odd, not \"x\"");
}

TEST_CASE("a list of settings has the type of its default, element by element") {
    const Settings settings{{{"names", {"a", "b"}},
                             {"ports", {80, 443}},
                             {"pauses", {"1s", "5m"}},
                             {"grid", {{1, 2}, {3}}},
                             {"none", nlohmann::json::array()}}};
    using Names = std::vector<std::string>;
    CHECK(settings.get("names", Names{}) == Names{"a", "b"});
    CHECK(settings.require<std::vector<std::uint16_t>>("ports") == std::vector<std::uint16_t>{80, 443});
    CHECK(settings.get("pauses", std::vector<std::chrono::seconds>{}) == std::vector{1s, 300s});
    CHECK(settings.require<std::vector<std::vector<int>>>("grid")[1] == std::vector{3});
    CHECK(settings.get("none", Names{"x"}).empty());
    CHECK(settings.get("missing", Names{"x"}) == Names{"x"});
    CHECK_THROWS_AS(settings.require<Names>("missing"), SettingsError);
    CHECK(settings.unused().empty());
}

TEST_CASE("what is wrong in a list is said with its own place") {
    const Settings settings{{{"ports", {80, 70000, nullptr}}, {"name", "x"}},
                            "proxy",
                            {{"ports", "patchbay.yaml:3:5"}, {"ports[1]", "patchbay.yaml:3:17"}}};
    using Ports = std::vector<std::uint16_t>;
    CHECK(error_of([&] { settings.require<Ports>("ports"); }) ==
          "patchbay.yaml:3:17: settings.proxy.ports[1] must be a whole number from 0 to 65535, not 70000");
    CHECK(error_of([&] { settings.require<int>("ports[2]"); }) ==
          "patchbay.yaml:3:5: settings.proxy.ports[2] is missing and this plugin needs it");
    CHECK(error_of([&] { settings.require<Ports>("name"); }) ==
          "settings.proxy.name must be a list, not \"x\"");
}

TEST_CASE("elements of lists are named by their index") {
    const Settings settings{{{"mirrors", {{{"host", "a"}}, {{"host", "b"}, {"weights", {{7}}}}}}}, "proxy"};
    REQUIRE(settings.size("mirrors") == 2);
    CHECK(settings.require<std::string>("mirrors[1].host") == "b");
    CHECK(settings.require<int>("mirrors[1].weights[0][0]") == 7);
    CHECK(settings.get("mirrors[0].port", 80) == 80);
    CHECK(settings.size("nothing") == 0);
    const auto none = GENERATE("mirrors[2]", "mirrors[]", "mirrors[0", "mirrors[-1]", "mirrors[0]x",
                               "mirrors[0]]", "mirrors[", "mirrors[0][0]", "mirrors[x]", "[0]", "mirrors.[0]",
                               "mirrors[99999999999999999999]");
    CHECK_FALSE(settings.contains(none));
}

TEST_CASE("what is missing is said with the place of the section that lacks it") {
    const Settings settings{{{"database", {{"size", 1}}}},
                            "notes",
                            {{"", "patchbay.yaml:5:3"}, {"database", "patchbay.yaml:6:5"}}};
    CHECK(error_of([&] { settings.require<int>("database.path"); }) ==
          "patchbay.yaml:6:5: settings.notes.database.path is missing and this plugin needs it");
    CHECK(error_of([&] { settings.require<int>("folder"); }) ==
          "patchbay.yaml:5:3: settings.notes.folder is missing and this plugin needs it");
}

TEST_CASE("settings that are no object are refused, not ignored") {
    CHECK_THROWS_WITH(Settings{nlohmann::json::array({"greeting", "Servus"})},
                      Catch::Contains("not [\"greeting\",\"Servus\"]"));
    CHECK_THROWS_AS(Settings{1}, std::invalid_argument);
}

TEST_CASE("top-level settings that nothing asked for are reported with their places") {
    const Settings settings{{{"greeting", "a"}, {"greetng", "b"}, {"nested", {{"x", 1}}}},
                            "greeter",
                            {{"greetng", "patchbay.yaml:3:5"}}};
    settings.get("greeting", "");
    settings.get("nested.x", 0);
    CHECK(settings.unused() == std::vector<std::string>{"patchbay.yaml:3:5: settings.greeter.greetng"});
}
