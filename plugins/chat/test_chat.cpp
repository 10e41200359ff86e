// A plugin of one file is tested by including it. What people in a room hear takes WebSockets, and so a
// server: tests/integration/test_examples.cpp.
#include "chat.cpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test.
class Folder {
public:
    Folder() {
        std::string pattern = fs::temp_directory_path() / "chat-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { fs::remove_all(path_); }
    std::string file() const { return path_ / "chat.sqlite"; }

private:
    fs::path path_;
};

nlohmann::json in(const Folder& folder) { return {{"path", folder.file()}}; }

TEST_CASE("the page leads to the WebSocket of its room") {
    const Folder folder;
    testing::App<Chat> app{in(folder)};
    const Response page = app.get("/chat/tea-room");
    CHECK(page.content_type() == "text/html; charset=utf-8");
    CHECK(page.body().find("<body data-room=\"tea-room\" data-socket=\"/chat/tea-room/socket\">") !=
          std::string::npos);
    CHECK(app.get("/chat/tea-room/socket?name=Ada").status() == http::status::switching_protocols);
}

TEST_CASE("the name of a room is checked before anything is made of it") {
    const Folder folder;
    testing::App<Chat> app{in(folder)};
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

void nothing() {}

TEST_CASE("the last lines of a room are kept, in the file") {
    const Folder folder;
    for (const int round : {1, 2}) {
        History history{folder.file(), 100};
        for (int i = 0; i < 40; ++i) history.say("tea", std::to_string(round * 100 + i), nothing);
    }
    const auto lines = History{folder.file(), 100}.lines_of("tea", nothing);
    REQUIRE(lines.size() == 50);
    CHECK(lines.front() == "130");
    CHECK(lines.back() == "239");
}

TEST_CASE("a line that could not be published is not kept") {
    const Folder folder;
    History history{folder.file(), 100};
    CHECK_THROWS_AS(history.say("tea", "lost", [] { throw std::length_error{"too long"}; }),
                    std::length_error);
    CHECK(history.lines_of("tea", nothing).empty());
}

TEST_CASE("a line that was published and can't be kept is said all the same") {
    const Folder folder;
    History history{folder.file(), 100};
    sqlite::Connection{folder.file(), 1s}.execute(R"(
        CREATE TABLE orphan (room TEXT REFERENCES room DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER refused_at_the_end AFTER INSERT ON line WHEN NEW.text = 'lost'
            BEGIN INSERT INTO orphan VALUES ('nowhere'); END;
    )");
    int published = 0;
    history.say("tea", "lost", [&] { ++published; });
    history.say("tea", "kept", [&] { ++published; });
    CHECK(published == 2);
    CHECK(history.lines_of("tea", nothing) == std::vector<std::string>{"kept"});
}

TEST_CASE("rooms in which nobody says anything make room for others") {
    const Folder folder;
    History history{folder.file(), 2};
    for (const std::string room : {"tea", "coffee", "tea", "milk"}) history.say(room, "in " + room, nothing);
    CHECK(history.lines_of("tea", nothing).size() == 2);
    CHECK(history.lines_of("coffee", nothing).empty());
    CHECK(history.lines_of("milk", nothing).size() == 1);
}

TEST_CASE("settings out of range refuse the plugin") {
    const Folder folder;
    for (const int rooms : {0, -1, 10'001})
        CHECK_THROWS_AS((testing::App<Chat>{{{"rooms", rooms}, {"path", folder.file()}}}), SettingsError);
    CHECK_THROWS_AS((testing::App<Chat>{{{"path", "/nowhere/chat.sqlite"}}}), SettingsError);
}

}  // namespace
