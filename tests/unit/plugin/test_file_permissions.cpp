#include "plugin/file_permissions.hpp"
#include "sample_file.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

using namespace patchbay;
using namespace patchbay::test;
namespace fs = std::filesystem;

TEST_CASE("only files that root or this user alone can write pass") {
    const TemporaryFolder folder;
    const fs::path file = folder.write("plugin.so", read_sample("good"));
    const std::string name = file.string();
    CHECK(file_permissions_refusal(file) == std::nullopt);

    fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
    CHECK(file_permissions_refusal(file) == name + " is writable by others: chmod go-w " + name);
    fs::permissions(file, fs::perms{0664});
    CHECK(file_permissions_refusal(file) == name + " is writable by its group: chmod go-w " + name);
    fs::permissions(file, fs::perms{0644});
    CHECK(file_permissions_refusal(file) == std::nullopt);

    const std::string parent = folder.path().string();
    fs::permissions(folder.path(), fs::perms{0775});
    CHECK(file_permissions_refusal(file) == parent + " is writable by its group: chmod go-w " + parent);
    fs::permissions(folder.path(), fs::perms{01777});
    CHECK(file_permissions_refusal(file) == parent + " is writable by others: chmod go-w " + parent);
    fs::permissions(folder.path(), fs::perms{0755});
    CHECK(file_permissions_refusal(file) == std::nullopt);
}

TEST_CASE("only regular files pass, through whatever symbolic links") {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    const fs::path file = elsewhere.write("plugin.so", read_sample("good"));
    const fs::path link = folder.path() / "link.so";
    fs::create_symlink(file, link);
    CHECK(file_permissions_refusal(link) == std::nullopt);

    const fs::path second = folder.path() / "second.so";
    fs::create_symlink("link.so", second);
    CHECK(file_permissions_refusal(second) == std::nullopt);
    fs::permissions(elsewhere.path(), fs::perms{0777});
    const std::string open = elsewhere.path().string();
    CHECK(file_permissions_refusal(second) == open + " is writable by others: chmod go-w " + open);

    const fs::path loop = folder.path() / "loop.so";
    fs::create_symlink("loop.so", loop);
    CHECK(file_permissions_refusal(loop) == loop.string() + " is a loop of symbolic links");
    fs::create_directory(folder.path() / "sub.so");
    CHECK(file_permissions_refusal(folder.path() / "sub.so") ==
          (folder.path() / "sub.so").string() + " is not a regular file");
    const fs::path dangling = folder.path() / "dangling.so";
    fs::create_symlink("nowhere/plugin.so", dangling);
    CHECK(file_permissions_refusal(dangling) ==
          dangling.string() + " is a symbolic link to " + (folder.path() / "nowhere/plugin.so").string() +
              ", which does not exist: point it elsewhere, or remove it");
    CHECK(file_permissions_refusal(folder.path() / "absent.so") ==
          (folder.path() / "absent.so").string() + " can't be examined: No such file or directory");
}

TEST_CASE("a file or folder of another user is refused") {
    if (::geteuid() != 0) return;  // only root can give a file away
    const TemporaryFolder folder;
    const fs::path file = folder.write("plugin.so", read_sample("good"));
    REQUIRE(::chown(file.c_str(), 12345, 0) == 0);
    CHECK(file_permissions_refusal(file) ==
          file.string() + " is owned by user 12345, not by root: chown root " + file.string());
    REQUIRE(::chown(file.c_str(), 0, 0) == 0);
    REQUIRE(::chown(folder.path().c_str(), 12345, 0) == 0);
    CHECK(file_permissions_refusal(file) == folder.path().string() +
                                                " is owned by user 12345, not by root: chown root " +
                                                folder.path().string());
    REQUIRE(::chown(folder.path().c_str(), 0, 0) == 0);
}
