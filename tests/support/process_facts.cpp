#include "support/process_facts.hpp"

#include "support/temp_directory.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>

namespace patchbay::test {
namespace {

std::filesystem::path proc(pid_t process, const char* file) {
    return std::filesystem::path{"/proc"} / std::to_string(process) / file;
}

}  // namespace

std::size_t open_descriptors(pid_t process) {
    const std::filesystem::directory_iterator entries{proc(process, "fd")};
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::size_t mappings(pid_t process) {
    const std::string lines = read_file(proc(process, "maps"));
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
}

std::size_t resident_kibibytes(pid_t process) {
    const std::string status = read_file(proc(process, "status"));
    const std::size_t at = status.find("VmRSS:");
    if (at == std::string::npos) throw std::runtime_error{"no VmRSS"};
    return std::stoul(status.substr(at + 6));
}

}  // namespace patchbay::test
