#include "plugin/elf_image.hpp"
#include "sample_file.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <span>
#include <sys/mman.h>
#include <unistd.h>

using namespace patchbay;
using namespace patchbay::test;

namespace {

/// A copy of bytes whose end touches a page that can't be read.
class GuardedCopy {
public:
    explicit GuardedCopy(std::size_t most) : page_{static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))} {
        length_ = (most + page_ - 1) / page_ * page_ + page_;
        void* memory = ::mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        memory_ = static_cast<std::byte*>(memory);
        REQUIRE(::mprotect(memory_ + length_ - page_, page_, PROT_NONE) == 0);
    }
    ~GuardedCopy() { ::munmap(memory_, length_); }
    GuardedCopy(const GuardedCopy&) = delete;
    GuardedCopy& operator=(const GuardedCopy&) = delete;

    std::span<const std::byte> hold(const Bytes& bytes) {
        std::byte* start = memory_ + length_ - page_ - bytes.size();
        std::copy(bytes.begin(), bytes.end(), start);
        return {start, bytes.size()};
    }

private:
    std::size_t page_;
    std::size_t length_ = 0;
    std::byte* memory_ = nullptr;
};

/// Damages up to 8 bytes, half of them near the front where the headers, notes and symbols are; one file in
/// four is cut short as well.
Bytes mutate(Bytes bytes, std::mt19937& random) {
    const auto below = [&random](std::size_t end) { return static_cast<std::size_t>(random() % end); };
    for (std::size_t changes = 1 + below(8); changes != 0; --changes) {
        const std::size_t range = below(2) == 0 ? std::min<std::size_t>(bytes.size(), 2048) : bytes.size();
        bytes[below(range)] = std::byte{static_cast<unsigned char>(below(256))};
    }
    if (below(4) == 0) bytes.resize(below(bytes.size()));
    return bytes;
}

}  // namespace

TEST_CASE("no bytes make it read past the end") {
    const Bytes good = read_sample("good_stripped");
    GuardedCopy guarded{good.size()};
    std::mt19937 random{20240607};
    int sound = 0;
    int refused = 0;
    for (int i = 0; i < 10000; ++i) {
        const auto image = parse_elf_image(guarded.hold(mutate(good, random)));
        ++(image ? sound : refused);
        if (!image) REQUIRE_FALSE(image.error().empty());
    }
    // Both must be common, or the mutations never got past the header or never met it.
    CHECK(sound > 500);
    CHECK(refused > 500);
}

TEST_CASE("every shorter version of a file is refused") {
    const Bytes good = read_sample("good_stripped");
    GuardedCopy guarded{good.size()};
    for (std::size_t size = 0; size < good.size(); size += 7) {
        CAPTURE(size);
        Bytes part = good;
        part.resize(size);
        REQUIRE(parse_elf_image(guarded.hold(part)).has_error());
    }
}
