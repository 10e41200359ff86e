#include "support/message_deflate.hpp"

#include <memory>
#include <stdexcept>
#include <zlib.h>

namespace patchbay::test {
namespace {

constexpr std::string_view message_end{"\0\0\xff\xff", 4};  // that is not sent

std::string run(z_stream& stream, int (*step)(z_stream*, int), std::string_view bytes) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    do {
        const std::size_t before = out.size();
        out.resize(before + 4096);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = 4096;
        const int result = step(&stream, Z_SYNC_FLUSH);
        if (result != Z_OK && result != Z_BUF_ERROR) throw std::runtime_error{"inflate_message: it is none"};
        out.resize(before + 4096 - stream.avail_out);
    } while (stream.avail_out == 0);
    return out;
}

}  // namespace

std::string deflate_message(std::string_view message) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard{&stream, deflateEnd};
    std::string bytes = run(stream, deflate, message);
    bytes.resize(bytes.size() - message_end.size());
    return bytes;
}

std::string inflate_message(std::string_view bytes) {
    z_stream stream{};
    inflateInit2(&stream, -MAX_WBITS);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> guard{&stream, inflateEnd};
    return run(stream, inflate, std::string{bytes}.append(message_end));
}

}  // namespace patchbay::test
