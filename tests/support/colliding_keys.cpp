#include "support/colliding_keys.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <random>
#include <string_view>

namespace patchbay::test {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// libstdc++ hashes eight bytes at a time, with MurmurHash64A: each eight are scrambled by the function below
// and combined as hash = (hash ^ scrambled) * factor. What two different eights have done to the hash, the
// eights behind them can undo; and so on, from one common hash to the next (Joux's multicollisions).
constexpr std::uint64_t factor = 0xc6a4a7935bd1e995;
constexpr std::uint64_t seed = 0xc70f6907;

constexpr std::uint64_t inverse_of_factor() {
    std::uint64_t inverse = 1;
    for (int i = 0; i < 6; ++i) inverse *= 2 - factor * inverse;
    return inverse;
}

std::uint64_t scramble(std::uint64_t bytes) {
    bytes *= factor;
    return (bytes ^ (bytes >> 47)) * factor;
}

std::uint64_t unscramble(std::uint64_t value) {
    value *= inverse_of_factor();
    return (value ^ (value >> 47)) * inverse_of_factor();
}

using Block = std::array<char, 8>;
using TwoBlocks = std::array<Block, 2>;

struct Place {
    TwoBlocks one, other;  // that lead from one hash to another, the same
};

std::uint64_t bits_of(const Block& block) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, block.data(), sizeof bits);
    return bits;
}

std::uint64_t combine(std::uint64_t hash, const Block& block) {
    return (hash ^ scramble(bits_of(block))) * factor;
}

Block random_block(std::mt19937_64& random) {
    Block block;
    std::uint64_t bits = random();
    for (char& c : block) {
        c = alphabet[bits % 256 % alphabet.size()];
        bits >>= 8;
    }
    return block;
}

Place find_place(std::uint64_t hash, std::mt19937_64& random) {
    Place place{{random_block(random), {}}, {random_block(random), {}}};
    const std::uint64_t difference = combine(hash, place.one[0]) ^ combine(hash, place.other[0]);
    for (;;) {
        place.one[1] = random_block(random);
        const std::uint64_t bits = unscramble(scramble(bits_of(place.one[1])) ^ difference);
        std::memcpy(place.other[1].data(), &bits, sizeof bits);
        const std::string_view text{place.other[1].data(), place.other[1].size()};
        if (text.find_first_not_of(alphabet) == text.npos) return place;
    }
}

std::size_t bits_in(std::size_t number) {
    std::size_t bits = 0;
    for (; number > 0; number >>= 1) ++bits;
    return bits;
}

}  // namespace

// Each bit of a key's number chooses between the two forms of 16 bytes.
std::vector<std::string> colliding_keys(std::size_t count) {
    std::mt19937_64 random{1};
    std::vector<Place> places(bits_in(count - 1));
    std::uint64_t hash = seed ^ (places.size() * 16 * factor);
    for (Place& place : places) {
        place = find_place(hash, random);
        hash = combine(combine(hash, place.one[0]), place.one[1]);
    }
    std::vector<std::string> keys(count);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t at = 0; at < places.size(); ++at) {
            const TwoBlocks& blocks = (i >> at & 1) != 0 ? places[at].other : places[at].one;
            for (const Block& block : blocks) keys[i].append(block.data(), block.size());
        }
    }
    return keys;
}

std::vector<std::string> usual_keys(std::size_t count) {
    std::mt19937_64 random{2};
    std::vector<std::string> keys(count);
    for (std::string& key : keys) {
        for (std::size_t i = 0; i < 2 * bits_in(count - 1); ++i) {
            const Block block = random_block(random);
            key.append(block.data(), block.size());
        }
    }
    return keys;
}

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace patchbay::test
