// SipHash-2-4 (Aumasson and Bernstein, 2012): a hash whose collisions nobody can choose without its key.
#pragma once

#include <cstdint>
#include <string_view>

namespace patchbay {

struct SipKey {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;
};

SipKey random_sip_key();

std::uint64_t siphash(const SipKey& key, std::string_view bytes) noexcept;

}  // namespace patchbay
