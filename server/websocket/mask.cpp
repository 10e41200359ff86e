#include "websocket/mask.hpp"

#include <cstdint>
#include <cstring>

namespace patchbay::websocket {

void apply_mask(std::span<char> bytes, const MaskKey& key, std::size_t offset) noexcept {
    using Word = std::uint64_t;
    std::array<char, sizeof(Word)> rotated{};
    for (std::size_t i = 0; i < rotated.size(); ++i) rotated[i] = key[(offset + i) % key.size()];
    Word mask = 0;
    std::memcpy(&mask, rotated.data(), sizeof mask);

    char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof(Word); at += sizeof(Word), left -= sizeof(Word)) {
        Word word = 0;
        std::memcpy(&word, at, sizeof word);
        word ^= mask;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ rotated[i]);
}

}  // namespace patchbay::websocket
