#include "support/temp_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace patchbay::test {

namespace fs = std::filesystem;

TempDirectory::TempDirectory() {
    std::string name = (fs::temp_directory_path() / "patchbay-test.XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error{"cannot make " + name};
    path_ = name;
}

TempDirectory::~TempDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string read_file(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    if (!stream) throw std::runtime_error{"cannot read " + file.string()};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

void write_file(const fs::path& file, std::string_view text) {
    std::ofstream stream{file, std::ios::binary | std::ios::trunc};
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

}  // namespace patchbay::test
