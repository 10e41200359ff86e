// The chunked coding: in one piece and split anywhere, and again after its data was coded anew.
#include "http/chunked_reader.hpp"
#include "target.hpp"

#include <algorithm>

namespace patchbay::fuzz {
namespace {

using Step = ChunkedReader::Step;
constexpr ChunkedReader::Limits limits{.body = 8192, .trailers = 1024, .fields = 100};

struct Decoded {
    Step step = Step::need_more;
    RequestFault fault = RequestFault::none;
    std::string data, trailers;
    std::size_t consumed = 0;

    bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view input, const std::vector<std::size_t>& sizes) {
    ChunkedReader reader;
    reader.reset(limits);
    Decoded decoded;
    std::size_t at = 0;
    for (const std::size_t size : sizes) {
        const std::vector<char> copy{input.begin() + static_cast<std::ptrdiff_t>(at),
                                     input.begin() + static_cast<std::ptrdiff_t>(at + size)};
        std::string_view piece{copy.data(), size};
        at += size;
        do {
            decoded.step = reader.read(piece);
            require(reader.consumed() <= piece.size(), "no more is consumed than there is");
            if (decoded.step == Step::data) decoded.data += reader.data();
            piece.remove_prefix(reader.consumed());
            decoded.consumed += reader.consumed();
        } while (decoded.step == Step::data);
        if (decoded.step == Step::need_more) require(piece.empty(), "all is consumed before more is wanted");
        if (decoded.step != Step::need_more) break;
    }
    decoded.fault = reader.fault();
    decoded.trailers = reader.trailer_lines();
    return decoded;
}

std::string encode(std::string_view data, std::string_view trailers, Chance chance) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    while (!data.empty()) {
        const std::size_t size = std::min(data.size(), 1 + chance.below(400));
        out += digits[size >> 8U];
        out += digits[size >> 4U & 15U];
        out += digits[size & 15U];
        out.append(chance.below(2) == 0 ? "" : " ; a=\"\\\"\"").append("\r\n");
        out.append(data.substr(0, size)).append("\r\n");
        data.remove_prefix(size);
    }
    return out.append("0\r\n").append(trailers).append("\r\n");
}

}  // namespace

void chunked(std::string_view input) {
    if (input.size() > 64 * 1024) return;
    const Decoded whole = decode(input, {input.size()});
    require(whole.data.size() <= limits.body && whole.trailers.size() <= limits.trailers, "within limits");
    for (const auto& sizes : ways_to_split(input))
        require(decode(input, sizes) == whole, "the body is the same however it arrives");
    if (whole.step != Step::end) return;
    require(input.substr(0, whole.consumed).ends_with("\r\n"), "it ends with a line");
    const std::string anew = encode(whole.data, whole.trailers, Chance{input});
    const Decoded again = decode(anew, {anew.size()});
    require(again.step == Step::end && again.consumed == anew.size(), "what is coded anew is whole");
    require(again.data == whole.data && again.trailers == whole.trailers, "what is coded anew is the same");
}

}  // namespace patchbay::fuzz
