#include "support/temp_directory.hpp"

#include <patchbay/file.hpp>
#include <patchbay/response.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

using namespace patchbay;

namespace {

std::string content(const File& file) {
    std::array<char, 64> bytes{};
    const ssize_t count = ::pread(file.descriptor(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(count)};
}

}  // namespace

TEST_CASE("a file knows what it was when it was opened") {
    const test::TempDirectory folder;
    const auto path = folder.path() / "a.txt";
    test::write_file(path, "some text");
    const File file = File::open(path);
    CHECK(file.size() == 9);
    CHECK(file.name() == "a.txt");
    CHECK(content(file) == "some text");
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(std::chrono::floor<std::chrono::seconds>(file.modified()).time_since_epoch().count() ==
          status.st_mtim.tv_sec);
}

TEST_CASE("the last copy of a file closes it") {
    const test::TempDirectory folder;
    test::write_file(folder.path() / "a", "");
    std::optional<File> copy;
    int descriptor = -1;
    {
        const File file = File::open(folder.path() / "a");
        descriptor = file.descriptor();
        copy = file;
    }
    CHECK(::fcntl(descriptor, F_GETFD) >= 0);
    copy.reset();
    CHECK(::fcntl(descriptor, F_GETFD) < 0);
}

TEST_CASE("what is no regular file can't be opened, and a pipe doesn't hang") {
    const test::TempDirectory folder;
    REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_AS(File::open(folder.path()), std::system_error);
    CHECK_THROWS_AS(File::open(folder.path() / "pipe"), std::system_error);
    CHECK_THROWS_AS(File::open(folder.path() / "missing"), std::system_error);
    CHECK_FALSE(Directory{folder.path()}.open("pipe"));
}

TEST_CASE("a directory gives the files beneath it, and no others") {
    const test::TempDirectory folder;
    const auto root = folder.path() / "root";
    std::filesystem::create_directories(root / "sub");
    test::write_file(folder.path() / "secret", "secret");
    test::write_file(root / "a.txt", "a");
    test::write_file(root / "sub" / "b.txt", "b");
    std::filesystem::create_symlink("a.txt", root / "inside");
    std::filesystem::create_symlink("../secret", root / "outside");
    std::filesystem::create_symlink(folder.path() / "secret", root / "absolute");
    std::filesystem::create_symlink("loop", root / "loop");
    std::filesystem::create_symlink("..", root / "up");
    const Directory directory{root};
    CHECK(content(directory.open("a.txt").value()) == "a");
    CHECK(content(directory.open("sub/b.txt").value()) == "b");
    CHECK(content(directory.open("sub/../a.txt").value()) == "a");
    CHECK(content(directory.open("inside").value()) == "a");
    for (const char* path : {"outside", "absolute", "loop", "up/secret", "../secret", "sub/../../secret",
                             "missing", "a.txt/", "a.txt/b", "sub", "", ".", "/etc/passwd"}) {
        INFO(path);
        CHECK_FALSE(directory.open(path));
    }
    CHECK_FALSE(directory.open(std::string{"a.txt\0.html", 11}));
    CHECK_FALSE(directory.open(std::string(5000, 'x')));
    CHECK(directory.has_directory("sub"));
    CHECK(directory.has_directory(""));
    CHECK_FALSE(directory.has_directory("a.txt"));
    CHECK_FALSE(directory.has_directory(".."));
    CHECK_FALSE(directory.has_directory("up"));
}

TEST_CASE("a directory that is gone is an error, and may come back") {
    const test::TempDirectory folder;
    const Directory directory{folder.path() / "www"};
    CHECK_THROWS_AS(directory.open("a"), std::system_error);
    std::filesystem::create_directory(directory.path());
    test::write_file(directory.path() / "a", "a");
    CHECK(directory.open("a"));
}

TEST_CASE("an extension names a media type") {
    CHECK(media_type_of("index.html") == "text/html; charset=utf-8");
    CHECK(media_type_of("A.PNG") == "image/png");
    CHECK(media_type_of("app.min.js") == "text/javascript; charset=utf-8");
    CHECK(media_type_of("archive.unknown") == "application/octet-stream");
    CHECK(media_type_of("README") == "application/octet-stream");
    CHECK(media_type_of("") == "application/octet-stream");
}

TEST_CASE("an attachment's name is sent in both forms, and can't end its header") {
    const auto disposition = [](std::string_view name) {
        return std::string{*Response{}.attachment(name).find_header("Content-Disposition")};
    };
    CHECK(disposition("report.pdf") == "attachment; filename=\"report.pdf\"");
    CHECK(disposition("a b.txt") == "attachment; filename=\"a b.txt\"");
    CHECK(disposition("\xc3\xbc.txt") == "attachment; filename=\"__.txt\"; filename*=UTF-8''%C3%BC.txt");
    CHECK(disposition("a\"b\\c%.txt") ==
          "attachment; filename=\"a_b_c_.txt\"; filename*=UTF-8''a%22b%5Cc%25.txt");
    CHECK_THROWS_AS(disposition("a\r\nSet-Cookie: x"), std::invalid_argument);
}
