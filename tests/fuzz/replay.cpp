// Runs every file of the corpus through its target once, without libFuzzer: what fuzzing has found stays
// mended. The argument is the corpus folder, with a folder a target.
#include "target.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace {

using namespace patchbay::fuzz;
namespace fs = std::filesystem;

const std::map<std::string, Target*> targets{
    {"accept", accept},
    {"byte_ranges", byte_ranges},
    {"chunked", chunked},
    {"cookie", cookie},
    {"form", form},
    {"forwarded", forwarded},
    {"multipart", multipart},
    {"proxy_header", proxy_header},
    {"request_parser", request_parser},
    {"request_target", request_target},
    {"router", router},
    {"session", session},
    {"websocket_deflate", websocket_deflate},
    {"websocket_extensions", websocket_extensions},
    {"websocket_frames", websocket_frames},
    {"yaml", yaml},
};

// On the heap and of its exact size, so that a sanitizer sees a read beyond it.
std::vector<char> contents(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::vector<char> bytes{std::istreambuf_iterator<char>{stream}, {}};
    bytes.shrink_to_fit();
    return bytes;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: fuzz_corpus FOLDER\n";
        return 2;
    }
    for (const auto& [name, target] : targets) {
        std::size_t inputs = 0;
        for (const auto& entry : fs::directory_iterator{fs::path{arguments[1]} / name}) {
            std::cout << name << '/' << entry.path().filename().string() << std::endl;  // before it may abort
            const std::vector<char> bytes = contents(entry.path());
            target({bytes.data(), bytes.size()});
            ++inputs;
        }
        if (inputs == 0) {
            std::cerr << name << " has no corpus\n";
            return 1;
        }
    }
    return 0;
}
