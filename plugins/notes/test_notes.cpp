#include "notes.hpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <set>
#include <stdlib.h>
#include <thread>

using namespace patchbay;
using nlohmann::json;
using App = testing::App<notes::Notes>;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "notes-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file() const { return path_ / "notes.sqlite"; }
    json settings() const { return {{"path", file()}}; }

private:
    std::filesystem::path path_;
};

json json_of(const Response& response) { return json::parse(response.body()); }
std::string detail_of(const Response& response) { return json_of(response).at("detail"); }

Response post(App& app, const json& note) { return app.post_json("/notes", note); }
Response put(App& app, std::string target, const json& note) {
    return app.request({http::verb::put, std::move(target), {}, note.dump()});
}
Response remove(App& app, std::string target) {
    return app.request({http::verb::delete_, std::move(target), {}, {}});
}
std::int64_t total(App& app) { return json_of(app.get("/notes")).at("total"); }

// A second program with the file open.
notes::Connection neighbour_on(const Folder& folder) { return notes::Connection{folder.file(), 0ms}; }

TEST_CASE("a note is created, read, replaced and deleted") {
    const Folder folder;
    App app{folder.settings()};

    const Response created = post(app, {{"title", "Milk"}, {"text", "two litres"}});
    CHECK(created.status() == http::status::created);
    CHECK(created.find_header("Location") == "/notes/1");
    const json note = json_of(created);
    CHECK(note.at("id") == 1);
    CHECK(note.at("created").get<std::string>().size() ==
          std::string_view{"2024-05-01T12:00:00.000Z"}.size());
    CHECK(json_of(app.get("/notes/1")) == note);

    const Response replaced = put(app, "/notes/1", {{"title", "Oat milk"}});
    CHECK(replaced.status() == http::status::ok);
    CHECK(json_of(replaced).at("title") == "Oat milk");
    CHECK(json_of(replaced).at("text") == "");
    CHECK(json_of(replaced).at("created") == note.at("created"));
    CHECK(json_of(app.get("/notes/1")) == json_of(replaced));

    CHECK(remove(app, "/notes/1").status() == http::status::no_content);
    CHECK(app.get("/notes/1").status() == http::status::not_found);
    CHECK(json_of(post(app, {{"title", "Bread"}})).at("id") == 2);  // a number is never given twice
}

TEST_CASE("what is not there is 404, in words") {
    const Folder folder;
    App app{folder.settings()};
    for (const Response& response :
         {app.get("/notes/7"), put(app, "/notes/7", {{"title", "x"}}), remove(app, "/notes/7")}) {
        CHECK(response.status() == http::status::not_found);
        CHECK(response.content_type() == "application/problem+json");
        CHECK(detail_of(response) == "there is no note 7");
    }
    CHECK(app.get("/notes/seven").status() == http::status::not_found);
    CHECK(app.request({http::verb::patch, "/notes/7", {}, {}}).status() == http::status::method_not_allowed);
}

TEST_CASE("the list comes in pages") {
    const Folder folder;
    App app{folder.settings()};
    CHECK(json_of(app.get("/notes")) ==
          json{{"notes", json::array()}, {"total", 0}, {"limit", 20}, {"offset", 0}});
    for (int i = 1; i <= 25; ++i) post(app, {{"title", "note " + std::to_string(i)}});

    CHECK(json_of(app.get("/notes")).at("notes").size() == 20);
    const json page = json_of(app.get("/notes?limit=3&offset=20"));
    CHECK(page.at("total") == 25);
    REQUIRE(page.at("notes").size() == 3);
    CHECK(page.at("notes")[0].at("title") == "note 21");
    CHECK(json_of(app.get("/notes?offset=24")).at("notes").size() == 1);
    CHECK(json_of(app.get("/notes?offset=9223372036854775807")).at("notes").empty());

    for (const char* bad :
         {"limit=0", "limit=101", "limit=many", "limit=", "offset=-1", "offset=9223372036854775808"}) {
        INFO(bad);
        const Response refused = app.get(std::string{"/notes?"} + bad);
        CHECK(refused.status() == http::status::bad_request);
        CHECK(detail_of(refused).starts_with("query parameter '"));
    }
}

TEST_CASE("what can't be a note is refused, and the answer says why") {
    const Folder folder;
    App app{{{"path", folder.file()}, {"max_text", 10}}};
    struct Case {
        std::string body;
        http::status status;
        std::string detail;
    };
    const std::string sized = "/title must be from 1 to 200 bytes long";
    using enum http::status;
    const Case cases[] = {
        {"", bad_request, "the body is not JSON: the mistake is at line 1, column 1"},
        {R"({"title": "x",})", bad_request, "the body is not JSON: the mistake is at line 1, column 15"},
        {R"("x")", unprocessable_entity, "the body must be an object"},
        {R"({"title": 5})", unprocessable_entity, "/title must be a string"},
        {R"({"title": "x", "text": 7})", unprocessable_entity, "/text must be a string"},
        {R"({"title": "x", "tags": []})", unprocessable_entity, "/tags is unknown"},
        {R"({"text": "x"})", unprocessable_entity, "/title is missing"},
        {R"({"title": ""})", unprocessable_entity, sized},
        {R"({"title": "a\nb"})", unprocessable_entity, "/title must be one line"},
        {json{{"title", std::string(201, 'x')}}.dump(), unprocessable_entity, sized},
        {R"({"title": "x", "text": "12345678901"})", unprocessable_entity,
         "/text must be at most 10 bytes long"},
    };
    for (const Case& one : cases) {
        INFO(one.body);
        const Response refused = app.post("/notes", one.body);
        CHECK(refused.status() == one.status);
        CHECK(detail_of(refused) == one.detail);
    }
    const json every = json_of(app.post_json("/notes", {{"text", 1}, {"tags", 2}})).at("errors");
    CHECK(every == json::parse(R"([{"pointer": "/tags", "detail": "is unknown"},
                                   {"pointer": "/title", "detail": "is missing"},
                                   {"pointer": "/text", "detail": "must be a string"}])"));
    CHECK(app.post_form("/notes", {{"title", "x"}}).status() == unsupported_media_type);
    CHECK(total(app) == 0);
    CHECK(post(app, {{"title", std::string(200, 'x')}, {"text", "1234567890"}}).status() == created);
}

TEST_CASE("a title is given once") {
    const Folder folder;
    App app{folder.settings()};
    post(app, {{"title", "Milk"}});
    post(app, {{"title", "Bread"}});
    for (const Response& refused :
         {post(app, {{"title", "Milk"}}), put(app, "/notes/2", {{"title", "Milk"}})}) {
        CHECK(refused.status() == http::status::conflict);
        CHECK(detail_of(refused) == "there is a note with the title 'Milk' already");
    }
    CHECK(put(app, "/notes/1", {{"title", "Milk"}, {"text", "its own title"}}).status() == http::status::ok);
    CHECK(json_of(app.get("/notes/2")).at("title") == "Bread");
}

TEST_CASE("values are stored as they are, whatever they look like") {
    const Folder folder;
    App app{folder.settings()};
    const std::string title = "'); DROP TABLE note; -- ü";
    const std::string text{"a\0b\n\"c\"", 8};
    const json created = json_of(post(app, {{"title", title}, {"text", text}}));
    CHECK(created.at("title") == title);
    CHECK(json_of(app.get("/notes/1")).at("text") == text);
}

TEST_CASE("an import is done as a whole or not at all") {
    const Folder folder;
    App app{{{"path", folder.file()}, {"max_import", 3}}};
    post(app, {{"title", "c"}});
    const auto import = [&app](const json& notes) { return app.post("/notes/import", notes.dump()); };

    const Response taken = import({{{"title", "a"}}, {{"title", "b"}}, {{"title", "c"}}});
    CHECK(taken.status() == http::status::conflict);
    CHECK(detail_of(taken) == "there is a note with the title 'c' already");
    CHECK(import({{{"title", "a"}}, {{"title", "a"}}}).status() == http::status::conflict);
    const Response wrong = import({{{"title", "a"}}, {{"title", 7}}});
    CHECK(wrong.status() == http::status::unprocessable_entity);
    CHECK(detail_of(wrong) == "/1/title must be a string");
    for (const json& sized : {json::array(), json(4, {{"title", "x"}})})
        CHECK(detail_of(import(sized)) == "the body must have from 1 to 3 elements");
    CHECK(detail_of(import(json::object())) == "the body must be a list");
    CHECK(total(app) == 1);

    const Response done = import({{{"title", "a"}}, {{"title", "b"}}, {{"title", "d"}}});
    CHECK(done.status() == http::status::created);
    CHECK(json_of(done) == json{{"imported", 3}});
    CHECK(total(app) == 4);
}

TEST_CASE("handlers that run at the same time lose nothing") {
    const Folder folder;
    testing::Options options;
    options.executor_threads = 4;
    App app{folder.settings(), options};
    constexpr int threads = 4, each = 20;
    std::vector<std::thread> callers;
    std::atomic<int> created{0}, read{0};
    for (int t = 0; t < threads; ++t) {
        callers.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                const json note{{"title", std::to_string(t) + "/" + std::to_string(i)}};
                if (post(app, note).status() == http::status::created) ++created;
                if (app.get("/notes").status() == http::status::ok) ++read;
            }
        });
    }
    for (std::thread& caller : callers) caller.join();
    CHECK(created == threads * each);
    CHECK(read == threads * each);

    std::set<std::string> titles;
    const json all = json_of(app.get("/notes?limit=100"));
    for (const json& note : all.at("notes")) titles.insert(note.at("title"));
    CHECK(titles.size() == threads * each);
}

TEST_CASE("the notes outlive the plugin, and two generations share the file") {
    const Folder folder;
    App old{folder.settings()};
    post(old, {{"title", "from the old one"}});
    App next{folder.settings()};
    post(next, {{"title", "from the new one"}});
    CHECK(json_of(old.get("/notes/2")).at("title") == "from the new one");
    old.close();
    CHECK(json_of(next.get("/notes/1")).at("title") == "from the old one");
    CHECK(post(next, {{"title", "after the old one"}}).status() == http::status::created);
}

TEST_CASE("another program's write lock stops writers for the busy timeout, and no reader") {
    const Folder folder;
    App app{{{"path", folder.file()}, {"busy_timeout", "1ms"}}};
    post(app, {{"title", "Milk"}});
    notes::Connection neighbour = neighbour_on(folder);
    {
        const notes::Transaction held{neighbour, notes::Transaction::Kind::write};
        neighbour.execute("DELETE FROM note");
        const Response refused = post(app, {{"title", "Bread"}});
        CHECK(refused.status() == http::status::service_unavailable);
        CHECK(refused.find_header("Retry-After") == "1");
        CHECK(app.post("/notes/import", R"([{"title": "Bread"}])").status() ==
              http::status::service_unavailable);
        CHECK(json_of(app.get("/notes/1")).at("title") == "Milk");
    }
    CHECK(post(app, {{"title", "Bread"}}).status() == http::status::created);
    CHECK(total(app) == 2);
}

TEST_CASE("an error of the database is a 500 that tells the caller nothing, and the log all") {
    const Folder folder;
    App app{folder.settings()};
    notes::Connection neighbour = neighbour_on(folder);
    neighbour.execute("DROP TABLE note");
    const Response failed = app.get("/notes");
    CHECK(failed.status() == http::status::internal_server_error);
    CHECK(failed.body().find("note\"") == std::string::npos);
    CHECK(failed.body().find("table") == std::string::npos);
    CHECK(app.log().back().message.find("no such table: note") != std::string::npos);
}

std::string refusal(const json& settings) {
    try {
        App app{settings, {.plugin = "notes"}};
    } catch (const SettingsError& error) {
        return error.what();
    }
    return "accepted";
}

TEST_CASE("a file that can't be used refuses the plugin") {
    const Folder folder;
    CHECK(refusal({{"path", "/nowhere/notes.sqlite"}}) ==
          "settings.notes.path must be a file that can hold the notes (unable to open database file), "
          "not \"/nowhere/notes.sqlite\"");
    CHECK(refusal({{"path", ":memory:"}}).find("WAL mode") != std::string::npos);
    neighbour_on(folder).execute("PRAGMA user_version = 2");
    CHECK(refusal(folder.settings()).find("its tables are of version 2, this plugin knows up to 1") !=
          std::string::npos);
}

TEST_CASE("settings out of range refuse the plugin") {
    const Folder folder;
    for (const json& bad :
         {json{{"max_import", 0}}, json{{"max_text", 17'000'000}}, json{{"busy_timeout", "2m"}}}) {
        json settings = folder.settings();
        settings.update(bad);
        CHECK(refusal(settings).find("must be") != std::string::npos);
    }
    CHECK(refusal(folder.settings()) == "accepted");
}

}  // namespace
