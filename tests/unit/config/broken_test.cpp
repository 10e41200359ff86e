// Every tests/config/NAME.yaml is a file an operator might write by mistake, and NAME.expected the exact
// answer. After a change of wording: unit_config '[.regenerate]', and read the difference.
#include "config/loader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path golden = fs::path{PATCHBAY_SOURCE_DIR} / "tests" / "config";

std::string read_file(const fs::path& path) {
    std::ifstream stream{path, std::ios::binary};
    REQUIRE(stream);
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<fs::path> broken_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{golden}) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string answer_to(const fs::path& file) {
    try {
        patchbay::parse_config(read_file(file), file.filename(), {});
    } catch (const patchbay::ConfigError& error) {
        return std::string{error.what()} + '\n';
    }
    return "accepted\n";
}

}  // namespace

TEST_CASE("each broken file gets exactly the expected answer", "[config]") {
    const auto files = broken_files();
    CHECK(files.size() >= 60);
    for (const auto& file : files) {
        DYNAMIC_SECTION(file.stem().string()) {
            auto expected = file;
            expected.replace_extension(".expected");
            CHECK(answer_to(file) == read_file(expected));
        }
    }
}

TEST_CASE("no expected answer has lost its file", "[config]") {
    for (const auto& entry : fs::directory_iterator{golden}) {
        if (entry.path().extension() != ".expected") continue;
        auto file = entry.path();
        INFO(file);
        CHECK(fs::exists(file.replace_extension(".yaml")));
    }
}

TEST_CASE("write the answers to the broken files", "[.regenerate]") {
    for (const auto& file : broken_files()) {
        auto expected = file;
        std::ofstream{expected.replace_extension(".expected"), std::ios::binary} << answer_to(file);
    }
}
