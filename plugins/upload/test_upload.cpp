// The plugin's class is tested by including its source. What a client leaves behind that goes in the middle
// takes a server: tests/integration/test_examples.cpp.
#include "upload.cpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <stdlib.h>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "uploads-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path uploads() const { return path_ / "uploads"; }
    json settings(json more = json::object()) const {
        more["folder"] = uploads().string();
        return more;
    }
    /// Names of whatever is in the folder, unfinished files included.
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator{uploads()})
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }

private:
    fs::path path_;
};

using Names = std::vector<std::string>;

const testing::Headers form{{"Content-Type", "multipart/form-data; boundary=cut"}};

std::string part(const std::string& disposition, const std::string& data) {
    return "--cut\r\nContent-Disposition: form-data; name=\"file\"" + disposition + "\r\n\r\n" + data +
           "\r\n";
}

std::string file_form(const std::string& name, const std::string& data) {
    return part("; filename=\"" + name + "\"", data) + "--cut--\r\n";
}

template <class App>
Response send(App& app, const std::string& name, const std::string& data = "data") {
    return app.post("/upload/files", file_form(name, data), form);
}

std::string detail_of(const Response& response) { return json::parse(response.body()).at("detail"); }

std::string content_of(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// The plugin, and beside it in the same App a handler that gives what has been told so far.
class Watched final : public Plugin {
public:
    explicit Watched(const Settings& settings) : uploads_{settings} {}

    void add_handlers(Handlers& handlers) override {
        uploads_.add_handlers(handlers);
        handlers.blocking("told", [](Request&) { return told(); }).route("GET /told");
    }

private:
    static Response told() {
        BlockingSubscription changes = Channel{"upload"}.subscribe_blocking({.after = 0});
        json all = json::array();
        while (const auto change = changes.receive_for(0s)) all.push_back(json::parse(change->text()));
        return Response::json(all);
    }

    Uploads uploads_;
};

TEST_CASE("a name leads nowhere, whatever is sent") {
    CHECK(upload::storable_name("photo_1-a.JPG") == "photo_1-a.JPG");
    CHECK(upload::storable_name("../../etc/passwd") == "_.._etc_passwd");
    CHECK(upload::storable_name(".profile") == "profile");
    CHECK(upload::storable_name("a b\"<\xc3\xa4>\n") == "a_b______");
    CHECK(upload::storable_name(std::string{"a\0b", 3}) == "a_b");
    for (const char* none : {"", ".", "...."}) CHECK(upload::storable_name(none) == "_");
    const std::string longest = upload::storable_name(std::string(300, 'a') + ".txt");
    CHECK(longest == std::string(96, 'a') + ".txt");
    CHECK(upload::storable_name("b" + std::string(300, '.')).front() == '_');
}

TEST_CASE("a file is stored, listed, given back and deleted") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings()};
    const std::string data = "one\r\ntwo" + std::string(100'000, '\xff');
    const Response answer = send(app, "C:\\fakepath\\my file.bin", data);
    CHECK(answer.status() == http::status::created);
    CHECK(answer.body() == R"({"name":"my_file.bin"})");
    CHECK(answer.find_header("Location") == "/upload/files/my_file.bin");
    CHECK(content_of(folder.uploads() / "my_file.bin") == data);
    CHECK(app.get("/upload/files").body() == R"({"files":[{"name":"my_file.bin","size":100008}]})");

    const Response file = app.get("/upload/files/my_file.bin");
    REQUIRE(file.file());
    CHECK(file.file()->size() == data.size());
    CHECK(file.content_type() == "application/octet-stream");
    CHECK(file.find_header("Content-Disposition")->starts_with("attachment"));
    CHECK(file.find_header("X-Content-Type-Options") == "nosniff");

    const testing::RequestOptions removal{.method = http::verb::delete_,
                                          .target = "/upload/files/my_file.bin"};
    CHECK(app.request(removal).status() == http::status::no_content);
    CHECK(app.request(removal).status() == http::status::not_found);
    CHECK(folder.names().empty());
}

TEST_CASE("a file never takes another's place") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings()};
    CHECK(send(app, "a.txt", "1").body() == R"({"name":"a.txt"})");
    CHECK(send(app, "a.txt", "2").body() == R"({"name":"a-2.txt"})");
    CHECK(send(app, "a.txt", "3").body() == R"({"name":"a-3.txt"})");
    const std::string longest(100, 'a');
    CHECK(send(app, longest).body() == R"({"name":")" + longest + R"("})");
    CHECK(send(app, longest).body() == R"({"name":")" + longest + R"(-2"})");
    CHECK(folder.names() == Names{"a-2.txt", "a-3.txt", "a.txt", longest, longest + "-2"});
    CHECK(content_of(folder.uploads() / "a.txt") == "1");
    CHECK(app.get("/upload/files/" + longest + "-2").status() == http::status::ok);
}

TEST_CASE("only what is listed can be had or deleted") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings()};
    std::ofstream{folder.uploads().parent_path() / "secret"} << "secret";
    std::ofstream{folder.uploads() / ".upload-1"} << "unfinished";
    fs::create_directory(folder.uploads() / "folder");
    fs::create_symlink("../secret", folder.uploads() / "link");
    CHECK(app.get("/upload/files").body() == R"({"files":[]})");
    for (const std::string name : {"..%2Fsecret", ".upload-1", "folder", "link", "none", "%2E", "a%00"}) {
        INFO(name);
        const std::string target = "/upload/files/" + name;
        CHECK(app.get(target).status() != http::status::ok);
        CHECK(app.request({.method = http::verb::delete_, .target = target}).status() !=
              http::status::no_content);
    }
    CHECK(folder.names() == Names{".upload-1", "folder", "link"});
    for (const std::size_t letters : {255, 256}) {
        const std::string target = "/upload/files/" + std::string(letters, 'a');
        CHECK(app.get(target).status() == http::status::not_found);
        CHECK(app.request({.method = http::verb::delete_, .target = target}).status() ==
              http::status::not_found);
    }
}

TEST_CASE("what is no upload is refused and leaves nothing behind") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings({{"max_size", 1000}})};
    const auto status_of = [&](const std::string& body) {
        return app.post("/upload/files", body, form).status();
    };
    CHECK(send(app, "a", std::string(1001, '.')).status() == http::status::payload_too_large);
    CHECK(status_of(part("; filename=\"a\"", "data")) == http::status::bad_request);  // cut off
    CHECK(status_of(part("; filename=\"a\"", "data") + file_form("b", "data")) ==
          http::status::payload_too_large);
    CHECK(app.post("/upload/files", "data").status() == http::status::unsupported_media_type);
    for (const std::string& body :
         {std::string{"--cut--\r\n"}, file_form("", ""), part("", "text") + "--cut--"})
        CHECK(detail_of(app.post("/upload/files", body, form)) == "choose a file");
    CHECK(folder.names().empty());
    CHECK(send(app, "a", std::string(1000, '.')).status() == http::status::created);
}

TEST_CASE("no more files are stored than the operator allows") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings({{"max_files", 2}})};
    for (const char* name : {"a", "b"}) CHECK(send(app, name).status() == http::status::created);
    const Response answer = send(app, "c");
    CHECK(answer.status() == http::status::insufficient_storage);
    CHECK(detail_of(answer) == "2 files are stored, which is the most: delete one");
    CHECK(app.request({.method = http::verb::delete_, .target = "/upload/files/a"}).status() ==
          http::status::no_content);
    CHECK(send(app, "c").status() == http::status::created);
    CHECK(folder.names() == Names{"b", "c"});
}

TEST_CASE("a page of another site can't send files") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings()};
    const auto status_from = [&](const std::string& site) {
        testing::Headers headers = form;
        headers.emplace_back("Sec-Fetch-Site", site);
        return app.post("/upload/files", file_form("a", "data"), headers).status();
    };
    CHECK(status_from("same-origin") == http::status::created);
    for (const char* site : {"cross-site", "same-site"}) CHECK(status_from(site) == http::status::forbidden);
    CHECK(folder.names() == Names{"a"});
}

TEST_CASE("who follows is told what arrives, and that something has changed") {
    const Folder folder;
    testing::App<Watched> app{folder.settings()};
    CHECK(send(app, "a b.txt", std::string(1000, '.')).status() == http::status::created);
    const json told = json::parse(app.get("/told").body());
    REQUIRE(told.size() == 2);
    CHECK(told[0].at("name") == "a_b.txt");
    CHECK(told[0].at("total") == file_form("a b.txt", std::string(1000, '.')).size());
    CHECK(told[1] == json{{"upload", told[0].at("upload")}, {"ended", true}});
    app.request({.method = http::verb::delete_, .target = "/upload/files/a_b.txt"});
    CHECK(json::parse(app.get("/told").body()).size() == 3);
}

TEST_CASE("the page knows the paths and the limit") {
    const Folder folder;
    testing::App<Uploads> app{folder.settings({{"max_size", 1000}})};
    const Response page = app.get("/upload");
    CHECK(page.content_type() == "text/html; charset=utf-8");
    CHECK(page.body().find(
              R"(<body data-events="/upload/events" data-files="/upload/files" data-max-size="1000">)") !=
          std::string::npos);
}

TEST_CASE("settings that can't be refuse the plugin") {
    const Folder folder;
    for (const json& wrong : {json{{"max_files", 0}}, json{{"max_files", 10'001}}, json{{"max_size", 0}},
                              json{{"at_once", 0}}, json{{"max_size", (1 << 30) + 1}}})
        CHECK_THROWS_AS(testing::App<Uploads>(folder.settings(wrong)), SettingsError);
    CHECK_THROWS_AS(testing::App<Uploads>(json{{"folder", "/proc/none"}}), SettingsError);
}

}  // namespace
