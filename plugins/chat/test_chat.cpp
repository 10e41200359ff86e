// A plugin of one file is tested by including it. What people in a room hear takes WebSockets, and so a
// server: tests/integration/test_examples.cpp.
#include "chat.cpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

namespace {

TEST_CASE("the page leads to the WebSocket of its room") {
    testing::App<Chat> app;
    const Response page = app.get("/chat/tea-room");
    CHECK(page.content_type() == "text/html; charset=utf-8");
    CHECK(page.body().find("<body data-room=\"tea-room\" data-socket=\"/chat/tea-room/socket\">") !=
          std::string::npos);
    CHECK(app.get("/chat/tea-room/socket?name=Ada").status() == http::status::switching_protocols);
}

TEST_CASE("the name of a room is checked before anything is made of it") {
    testing::App<Chat> app;
    for (const std::string& name :
         {std::string{"Tea"}, std::string{"tea%20room"}, std::string{"%3Cb%3E"}, std::string(33, 't')}) {
        INFO(name);
        for (const std::string& target : {"/chat/" + name, "/chat/" + name + "/socket?name=Ada"}) {
            const Response answer = app.get(target);
            CHECK(answer.status() == http::status::not_found);
            CHECK(answer.body().find("the name of a room is 1 to 32 letters") != std::string::npos);
        }
    }
    CHECK(app.get("/chat/" + std::string(32, 't')).status() == http::status::ok);
}

TEST_CASE("names and messages have bounds") {
    CHECK_FALSE(problem_of_name("Ada"));
    CHECK_FALSE(problem_of_name("\xc3\x84nne <b>"));
    CHECK_FALSE(problem_of_name(std::string(40, 'a')));
    for (const std::string& name :
         {std::string{}, std::string(41, 'a'), std::string{"a\nb"}, std::string(1, '\0')})
        CHECK(problem_of_name(name) == "a name is one line of 1 to 40 bytes");
    CHECK_FALSE(problem_of_text("a\nb"));
    CHECK_FALSE(problem_of_text(std::string(1000, 'a')));
    for (const std::string& text : {std::string{}, std::string(1001, 'a')})
        CHECK(problem_of_text(text) == "a message is 1 to 1000 bytes");
}

TEST_CASE("what is published is JSON in UTF-8, whatever a name holds") {
    CHECK(to_text({{"name", "\"\xff"}}) == "{\"name\":\"\\\"\xef\xbf\xbd\"}");
}

TEST_CASE("a number of rooms out of range refuses the plugin") {
    for (const int rooms : {0, -1, 10'001})
        CHECK_THROWS_AS(testing::App<Chat>(nlohmann::json{{"rooms", rooms}}), SettingsError);
}

}  // namespace
