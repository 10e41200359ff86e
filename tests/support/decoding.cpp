#include "support/decoding.hpp"

#include <brotli/decode.h>
#include <memory>
#include <stdexcept>
#include <zlib.h>
#include <zstd.h>

namespace patchbay::test {
namespace {

constexpr std::size_t piece = 64 * 1024;

struct Decoded {
    std::string text;
    bool ended = false;
    std::size_t left = 0;  // bytes behind the end
};

Decoded from_gzip(std::string_view bytes) {
    z_stream stream{};
    inflateInit2(&stream, MAX_WBITS + 16);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard{&stream, inflateEnd};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    Decoded decoded;
    for (int result = Z_OK; result == Z_OK;) {
        const std::size_t before = decoded.text.size();
        decoded.text.resize(before + piece);
        stream.next_out = reinterpret_cast<Bytef*>(decoded.text.data() + before);
        stream.avail_out = piece;
        result = inflate(&stream, Z_SYNC_FLUSH);
        decoded.text.resize(before + piece - stream.avail_out);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            throw std::runtime_error{"not gzip"};
        decoded.ended = result == Z_STREAM_END;
    }
    decoded.left = stream.avail_in;
    return decoded;
}

Decoded from_brotli(std::string_view bytes) {
    const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> state{
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance};
    Decoded decoded;
    decoded.left = bytes.size();
    const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
        std::size_t room = 0;
        result = BrotliDecoderDecompressStream(state.get(), &decoded.left, &next, &room, nullptr, nullptr);
        std::size_t size = 0;
        while (BrotliDecoderHasMoreOutput(state.get())) {
            size = 0;
            const auto* const output = BrotliDecoderTakeOutput(state.get(), &size);
            decoded.text.append(reinterpret_cast<const char*>(output), size);
        }
    }
    if (result == BROTLI_DECODER_RESULT_ERROR) throw std::runtime_error{"not brotli"};
    decoded.ended = result == BROTLI_DECODER_RESULT_SUCCESS;
    return decoded;
}

Decoded from_zstd(std::string_view bytes) {
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    Decoded decoded;
    for (bool full = true; full && !decoded.ended;) {
        const std::size_t before = decoded.text.size();
        decoded.text.resize(before + piece);
        ZSTD_outBuffer output{decoded.text.data() + before, piece, 0};
        const std::size_t result = ZSTD_decompressStream(context.get(), &output, &input);
        decoded.text.resize(before + output.pos);
        if (ZSTD_isError(result)) throw std::runtime_error{"not zstd"};
        decoded.ended = result == 0;
        full = output.pos == piece || input.pos < input.size;
    }
    decoded.left = input.size - input.pos;
    return decoded;
}

}  // namespace

std::string decode(std::string_view coding, std::string_view bytes, bool whole) {
    Decoded decoded = coding == "gzip" ? from_gzip(bytes)
                      : coding == "br" ? from_brotli(bytes)
                                       : from_zstd(bytes);
    if (decoded.left > 0) throw std::runtime_error{"something follows the end of the body"};
    if (whole && !decoded.ended) throw std::runtime_error{"the end of the body is missing"};
    return std::move(decoded.text);
}

std::string unchunked(std::string_view chunks) {
    std::string body;
    for (std::size_t line = chunks.find("\r\n"); line != std::string_view::npos; line = chunks.find("\r\n")) {
        const std::size_t size = std::stoul(std::string{chunks.substr(0, line)}, nullptr, 16);
        if (chunks.size() < line + size + 4) break;
        body.append(chunks.substr(line + 2, size));
        chunks.remove_prefix(line + size + 4);
    }
    return body;
}

}  // namespace patchbay::test
