// What the kernel tells of a directory's files, and what is said when it no longer does.
#include "plugin/watcher.hpp"
#include "support/eventually.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

/// The newest inotify descriptor of this process.
int inotify_descriptor() {
    int found = -1;
    for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
        std::error_code gone;
        if (fs::read_symlink(entry.path(), gone) == "anon_inode:inotify")
            found = std::max(found, std::stoi(entry.path().filename().string()));
    }
    return found;
}

}  // namespace

TEST_CASE("a watcher that can't read its news says so, once") {
    const TempDirectory directory;
    boost::asio::io_context context;
    std::set<fs::path> settled;
    std::vector<std::string> failures;
    Watcher watcher{context, std::chrono::milliseconds{1},
                    [&](const std::set<fs::path>& files) { settled.insert(files.begin(), files.end()); },
                    [&](const std::string& reason) { failures.push_back(reason); }};
    watcher.watch(directory.path());
    const auto turn_until = [&context](auto reached) {
        return eventually([&] {
            context.poll();
            return reached();
        });
    };
    write_file(directory.path() / "one", "1");
    REQUIRE(turn_until([&] { return settled.contains(directory.path() / "one"); }));

    // Something that can't be read takes the descriptor's place, while the kernel still knows it by the
    // other.
    const int inotify = inotify_descriptor();
    REQUIRE(inotify >= 0);
    const int kept = ::dup(inotify);
    const int folder = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(::dup2(folder, inotify) == inotify);
    write_file(directory.path() / "two", "2");
    CHECK(turn_until([&] { return !failures.empty(); }));
    context.poll();
    CHECK(failures == std::vector<std::string>{"Is a directory"});
    watcher.stop();
    context.restart();
    context.poll();
    CHECK(failures.size() == 1);
    ::close(folder);
    ::close(kept);
}
