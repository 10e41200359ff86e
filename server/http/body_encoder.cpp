#include "http/body_encoder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <brotli/encode.h>
#include <new>
#include <utility>
#include <zlib.h>
#include <zstd.h>

namespace patchbay {
namespace {

using Then = BodyEncoder::Then;

constexpr std::size_t piece = 16 * 1024;  // by which the output grows

// Of the window that repetitions are looked for in. A stream may be idle for hours, and there may be
// thousands: with the libraries' own choices of some MiB they would fill the memory.
constexpr int stream_window_bits = 15;
constexpr int window_bits = 17;

// No larger than the body.
int window_for(std::optional<std::size_t> size, int least, int most) {
    return size ? std::clamp(static_cast<int>(std::bit_width(*size)), least, most) : stream_window_bits;
}

/// Room for what a library writes at the end of a string; gives back what it did not use.
class Room {
public:
    explicit Room(std::string& out) : out_{out}, used_{out.size()} { out_.resize(used_ + piece); }
    ~Room() { out_.resize(used_); }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    char* begin() { return out_.data() + used_; }
    std::size_t size() const { return out_.size() - used_; }
    void use(std::size_t count) {
        used_ += count;
        if (out_.size() - used_ < piece / 4) out_.resize(used_ + piece);
    }

private:
    std::string& out_;
    std::size_t used_;
};

class GzipEncoder final : public BodyEncoder {
public:
    GzipEncoder(int level, std::optional<std::size_t> size) {
        constexpr int gzip_wrapper = 16;
        const int bits = window_for(size, 9, MAX_WBITS);
        const int memory = std::max(bits - 7, 1);
        ready_ = deflateInit2(&stream_, level, Z_DEFLATED, bits + gzip_wrapper, memory, Z_DEFAULT_STRATEGY) ==
                 Z_OK;
    }
    ~GzipEncoder() override { deflateEnd(&stream_); }
    bool ready() const { return ready_; }

    bool encode(std::string_view bytes, Then then, std::string& out) override {
        static constexpr std::array flushes{Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
        const int flush = flushes[static_cast<std::size_t>(then)];
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // only read
        stream_.avail_in = static_cast<uInt>(bytes.size());                           // no piece has 4 GiB
        Room room{out};
        for (;;) {
            stream_.next_out = reinterpret_cast<Bytef*>(room.begin());
            stream_.avail_out = static_cast<uInt>(room.size());
            const std::size_t before = room.size();
            const int result = deflate(&stream_, flush);
            const bool full = stream_.avail_out == 0;
            room.use(before - stream_.avail_out);
            if (result == Z_STREAM_ERROR) return false;
            if (then == Then::end ? result == Z_STREAM_END : !full) return true;
        }
    }

private:
    z_stream stream_{};
    bool ready_ = false;
};

class BrotliEncoder final : public BodyEncoder {
public:
    BrotliEncoder(int level, std::optional<std::size_t> size)
        : state_{BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)} {
        if (!state_) return;
        const int bits = window_for(size, BROTLI_MIN_WINDOW_BITS, window_bits);
        BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
        BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, static_cast<std::uint32_t>(bits));
        // A hint of a MiB and more would have it take larger tables.
        const std::size_t hint = std::min<std::size_t>(size.value_or(0), 512 * 1024);
        BrotliEncoderSetParameter(state_, BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(hint));
    }
    ~BrotliEncoder() override {
        if (state_) BrotliEncoderDestroyInstance(state_);
    }
    bool ready() const { return state_ != nullptr; }

    bool encode(std::string_view bytes, Then then, std::string& out) override {
        static constexpr std::array operations{BROTLI_OPERATION_PROCESS, BROTLI_OPERATION_FLUSH,
                                               BROTLI_OPERATION_FINISH};
        std::size_t left = bytes.size();
        const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
        // A flush has its last bits only after the output before them was taken.
        bool taken = false;
        do {
            taken = false;
            std::size_t no_room = 0;
            if (!BrotliEncoderCompressStream(state_, operations[static_cast<std::size_t>(then)], &left, &next,
                                             &no_room, nullptr, nullptr))
                return false;
            while (BrotliEncoderHasMoreOutput(state_)) {
                std::size_t size = 0;
                const auto* const output = BrotliEncoderTakeOutput(state_, &size);
                out.append(reinterpret_cast<const char*>(output), size);
                taken = true;
            }
        } while (left > 0 || taken || (then == Then::end && !BrotliEncoderIsFinished(state_)));
        return true;
    }

private:
    BrotliEncoderState* state_;
};

class ZstdEncoder final : public BodyEncoder {
public:
    ZstdEncoder(int level, std::optional<std::size_t> size) : context_{ZSTD_createCCtx()} {
        if (!context_) return;
        ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
        if (size) ZSTD_CCtx_setPledgedSrcSize(context_, *size);
        if (size && *size <= largest_of_small) return;  // it chooses tables of that size
        const int window = size ? window_bits : stream_window_bits;
        ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, window);
        ZSTD_CCtx_setParameter(context_, ZSTD_c_hashLog, window);
        ZSTD_CCtx_setParameter(context_, ZSTD_c_chainLog, window - 1);
    }
    ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }
    bool ready() const { return context_ != nullptr; }

    bool encode(std::string_view bytes, Then then, std::string& out) override {
        static constexpr std::array directives{ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
        ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
        Room room{out};
        for (;;) {
            ZSTD_outBuffer output{room.begin(), room.size(), 0};
            const std::size_t left =
                ZSTD_compressStream2(context_, &output, &input, directives[static_cast<std::size_t>(then)]);
            room.use(output.pos);
            if (ZSTD_isError(left)) return false;
            if (then == Then::more ? input.pos == input.size : left == 0) return true;
        }
    }

private:
    static constexpr std::size_t largest_of_small = std::size_t{1} << window_bits;

    ZSTD_CCtx* context_;
};

template <class Encoder>
std::unique_ptr<BodyEncoder> make(int level, std::optional<std::size_t> size) {
    auto encoder = std::make_unique<Encoder>(level, size);
    if (!encoder->ready()) return nullptr;
    return encoder;
}

constexpr std::array coding_names{std::pair{std::string_view{"gzip"}, Coding::gzip},
                                  std::pair{std::string_view{"br"}, Coding::brotli},
                                  std::pair{std::string_view{"zstd"}, Coding::zstd}};

}  // namespace

std::string_view to_string(Coding coding) noexcept {
    return coding_names[static_cast<std::size_t>(coding)].first;
}

std::optional<Coding> coding_of(std::string_view name) noexcept {
    for (const auto& [known, coding] : coding_names)
        if (known == name) return coding;
    return std::nullopt;
}

std::unique_ptr<BodyEncoder> make_encoder(Coding coding, int level, std::optional<std::size_t> size) {
    switch (coding) {
        case Coding::gzip:
            return make<GzipEncoder>(level, size);
        case Coding::brotli:
            return make<BrotliEncoder>(level, size);
        case Coding::zstd:
            return make<ZstdEncoder>(level, size);
    }
    return nullptr;
}

}  // namespace patchbay
