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

TEST_CASE("top-level settings that nothing asked for are reported with their places") {
    const Settings settings{{{"greeting", "a"}, {"greetng", "b"}, {"nested", {{"x", 1}}}},
                            "greeter",
                            {{"greetng", "patchbay.yaml:3:5"}}};
    settings.get("greeting", "");
    settings.get("nested.x", 0);
    CHECK(settings.unused() == std::vector<std::string>{"patchbay.yaml:3:5: settings.greeter.greetng"});
}
