// Files of pages for errors; those that are broken otherwise stand in tests/config.
#include "config/loader.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <string>

using namespace patchbay;
using patchbay::test::TempDirectory;
using patchbay::test::write_file;

TEST_CASE("a page for errors has at most 1 MiB", "[config]") {
    constexpr std::size_t most = 1024 * 1024;
    const TempDirectory folder;
    const std::string file = (folder.path() / "page.html").string();
    const std::string yaml = "errors: {404: " + file + "}\n";
    write_file(file, std::string(most, 'x'));
    CHECK(parse_config(yaml, "patchbay.yaml", {}).errors.at(404).text.size() == most);
    write_file(file, std::string(most + 1, 'x'));
    CHECK_THROWS_WITH(parse_config(yaml, "patchbay.yaml", {}),
                      "patchbay.yaml:1:15: errors.404: " + file + ": the file is larger than 1MiB");
}
