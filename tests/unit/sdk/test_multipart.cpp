#include "multipart_fixture.hpp"
#include "support/temp_directory.hpp"

#include <patchbay/upload_folder.hpp>

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <system_error>

using namespace patchbay;
using test::part_text;
using test::refusal;
using test::RequestFixture;

namespace {

constexpr std::string_view multipart_type = "multipart/form-data; boundary=XX";

std::size_t entries(const std::filesystem::path& folder) {
    const std::filesystem::directory_iterator files{folder};
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::error_code code_of(auto ask) {
    try {
        ask();
    } catch (const std::system_error& error) {
        return error.code();
    }
    return {};
}

}  // namespace

TEST_CASE_METHOD(RequestFixture, "data that begins as a delimiter does is whole") {
    header("Content-Type", multipart_type);
    for (const std::string_view value : {"-5", "-", "--", "--X", "--XY", "\r\n--X", "\r\n-\r\n--"}) {
        const std::string body = part_text("name=a", std::string{value}) + "--XX--\r\n";
        data.body = body;
        const Multipart form = request.multipart();
        CHECK(form.get("a") == value);
        CHECK(form.parts()[0].data.data() == body.data() + body.find("\r\n\r\n") + 4);
    }
}

TEST_CASE_METHOD(RequestFixture, "a form's fields and files are found by name, and are views of the body") {
    header("Content-Type", multipart_type);
    const std::string body = part_text("name=tag", "a") + part_text("name=photo; filename=\"\"", "") +
                             part_text("name=photo; filename=1.png", "PNG", "Content-Type: image/png\r\n") +
                             part_text("name=tag", "") + part_text("name=photo; filename=2.png", "") +
                             part_text("name=age", "36") + "--XX--\r\n";
    data.body = body;
    const Multipart form = request.multipart();
    CHECK(form.get("tag") == "a");
    CHECK(form.all("tag") == std::vector<std::string_view>{"a", ""});
    CHECK(form.get<int>("age") == 36);
    CHECK_FALSE(form.get("photo"));
    CHECK_FALSE(form.get("Tag"));
    CHECK_FALSE(form.get<int>("missing"));
    CHECK(form.file("tag") == nullptr);
    const Multipart::Part* photo = form.file("photo");
    REQUIRE(photo);
    CHECK(photo->file_name == "1.png");
    CHECK(photo->content_type == "image/png");
    CHECK(photo->data == "PNG");
    CHECK(photo->data.data() == body.data() + body.find("PNG"));
    CHECK(form.files("photo").size() == 2);
    CHECK(form.parts().size() == 6);
    CHECK(refusal([&] { form.get<int>("tag"); }) == "400 form field 'tag' must be an integer in range");
}

TEST_CASE_METHOD(RequestFixture, "a body that isn't such a form is refused") {
    data.body = "--XX--";
    SECTION("another type") {
        header("Content-Type", "application/json");
        CHECK(refusal([&] { request.multipart(); }) ==
              "415 the body must be multipart/form-data, not application/json");
    }
    SECTION("another multipart type") {
        header("Content-Type", "multipart/mixed; boundary=XX");
        CHECK_THAT(refusal([&] { request.multipart(); }), Catch::StartsWith("415 "));
    }
    SECTION("no type") {
        CHECK_THAT(refusal([&] { request.multipart(); }), Catch::StartsWith("415 "));
    }
    SECTION("no boundary") {
        header("Content-Type", "multipart/form-data");
        CHECK(refusal([&] { request.multipart(); }) ==
              "400 the Content-Type of a form must have one boundary");
    }
    SECTION("two boundaries") {
        header("Content-Type", "multipart/form-data; boundary=XX; Boundary=YY");
        CHECK(refusal([&] { request.multipart(); }) ==
              "400 the Content-Type of a form must have one boundary");
    }
    SECTION("a boundary that is none") {
        header("Content-Type", "multipart/form-data; boundary=\"X@\"");
        CHECK_THAT(refusal([&] { request.multipart(); }), Catch::StartsWith("400 the boundary"));
    }
    SECTION("the form's own limits") {
        header("Content-Type", "Multipart/Form-Data; boundary=\"XX\"");
        CHECK(request.multipart().parts().empty());
        CHECK(refusal([&] { request.multipart({.total_bytes = 5}); }) ==
              "413 the form has more than 5 bytes");
        data.body = "--XX";
        CHECK_THAT(refusal([&] { request.multipart(); }), Catch::EndsWith("before the last boundary"));
    }
}

TEST_CASE("an upload is stored whole, under a name that nobody can guess") {
    const test::TempDirectory folder;
    const UploadFolder uploads{folder.path()};
    const std::string one = uploads.save("one"), two = uploads.save("");
    CHECK(one.size() == 32);
    CHECK(one.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(one != two);
    CHECK(test::read_file(folder.path() / one) == "one");
    CHECK(test::read_file(folder.path() / two).empty());
    struct stat status{};
    REQUIRE(::stat((folder.path() / one).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CHECK(entries(folder.path()) == 2);
}

TEST_CASE("an upload in pieces appears when it is saved, and is gone when it is not") {
    const test::TempDirectory folder;
    const UploadFolder uploads{folder.path()};
    {
        Upload upload = uploads.begin();
        upload.write("so");
        CHECK_FALSE(std::filesystem::exists(folder.path() / "a.txt"));
        upload.write("me");
        upload.save_as("a.txt");
        CHECK_THROWS_AS(upload.write("more"), std::logic_error);
        CHECK_THROWS_AS(upload.save(), std::logic_error);
        Upload other = uploads.begin();
        other.write("never saved");
        const Upload moved = std::move(other);
        CHECK(entries(folder.path()) == 2);
    }
    CHECK(test::read_file(folder.path() / "a.txt") == "some");
    CHECK(entries(folder.path()) == 1);
}

TEST_CASE("an upload replaces nothing and never leaves its folder") {
    const test::TempDirectory folder;
    const UploadFolder uploads{folder.path()};
    uploads.save_as("a.txt", "first");
    std::filesystem::create_symlink("a.txt", folder.path() / "link");
    CHECK(code_of([&] { uploads.save_as("a.txt", "second"); }) == std::errc::file_exists);
    CHECK(code_of([&] { uploads.save_as("link", "second"); }) == std::errc::file_exists);
    CHECK(test::read_file(folder.path() / "a.txt") == "first");
    for (const std::string_view name : {"", ".", "..", ".hidden", "/etc/a", "a/b", "../a", "a\nb"})
        CHECK_THROWS_AS(uploads.save_as(name, "x"), std::invalid_argument);
    CHECK_THROWS_AS(uploads.save_as(std::string{"a\0b", 3}, "x"), std::invalid_argument);
    CHECK_THROWS_AS(uploads.save_as(std::string(256, 'x'), "x"), std::invalid_argument);
    CHECK(entries(folder.path()) == 2);
    CHECK(code_of([&] { UploadFolder{folder.path() / "missing"}.save("x"); }) ==
          std::errc::no_such_file_or_directory);
}
