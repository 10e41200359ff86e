#include "http/filters/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <random>

namespace patchbay {
namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void rounds(int count) noexcept {
        for (; count > 0; --count) {
            v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
            v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
            v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
            v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
        }
    }
    void take(std::uint64_t word) noexcept {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }
};

}  // namespace

SipKey random_sip_key() {
    std::random_device device;
    const auto word = [&] { return (std::uint64_t{device()} << 32) | device(); };
    const std::uint64_t first = word();
    return {first, word()};
}

std::uint64_t siphash(const SipKey& key, std::string_view bytes) noexcept {
    State state{key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d, key.k0 ^ 0x6c7967656e657261,
                key.k1 ^ 0x7465646279746573};
    const std::uint64_t length = bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);  // little-endian, as every machine that the gate knows
        state.take(word);
    }
    std::uint64_t last = length << 56;
    for (std::size_t at = 0; at < bytes.size(); ++at)
        last |= std::uint64_t{static_cast<unsigned char>(bytes[at])} << (8 * at);
    state.take(last);
    state.v2 ^= 0xff;
    state.rounds(4);
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace patchbay
