// Content codings for bodies on their way out: gzip (RFC 1952), brotli (RFC 7932) and zstd (RFC 8878). An
// encoder is owned by the answer it is for and used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace patchbay {

class BodyEncoder {
public:
    enum class Then : std::uint8_t {
        more,   ///< the encoder may keep the bytes for now
        flush,  ///< what was put in can be read from what has come out
        end     ///< likewise, and nothing follows
    };

    BodyEncoder() = default;
    BodyEncoder(const BodyEncoder&) = delete;
    BodyEncoder& operator=(const BodyEncoder&) = delete;
    virtual ~BodyEncoder() = default;

    /// Appends to `out` what the bytes become. False: there was no memory, and the encoder is of no more use.
    [[nodiscard]] virtual bool encode(std::string_view bytes, Then then, std::string& out) = 0;
};

enum class Coding : std::uint8_t { gzip, brotli, zstd };

/// As Accept-Encoding and Content-Encoding spell it.
std::string_view to_string(Coding coding) noexcept;
/// Nothing for a name that is none of theirs.
std::optional<Coding> coding_of(std::string_view name) noexcept;

/// Levels: gzip 1..9, brotli 0..11, zstd 1..19. `size` is the length of the whole body in bytes, where it is
/// known: then an encoder takes no more memory than that needs. Null: there was no memory.
std::unique_ptr<BodyEncoder> make_encoder(Coding coding, int level, std::optional<std::size_t> size);

}  // namespace patchbay
