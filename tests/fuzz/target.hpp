// What the fuzz targets share. A target is a function of one input that returns when every property held, and
// aborts otherwise. The same functions run under libFuzzer (entry.cpp), and over the corpus as a test
// (replay.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::fuzz {

/// Says which property broke, and aborts.
void require(bool holds, std::string_view property);

/// Picks what the input does not say: the same for the same input, so that inputs stay readable text.
class Chance {
public:
    explicit Chance(std::string_view input);
    /// From 0 to limit - 1. Preconditions: limit > 0.
    std::size_t below(std::size_t limit) { return random_() % limit; }

private:
    std::minstd_rand random_;
};

/// The sizes of the pieces in which an input may arrive: byte by byte when it is short, and at random.
std::vector<std::vector<std::size_t>> ways_to_split(std::string_view input);

/// Takes the first line off, without its LF.
std::string_view take_line(std::string_view& rest);

using Target = void(std::string_view);

Target request_parser;
Target request_target;
Target chunked;
Target multipart;
Target form;
Target cookie;
Target cron;
Target byte_ranges;
Target router;
Target yaml;
Target proxy_header;
Target forwarded;
Target session;
Target accept;
Target websocket_frames;
Target websocket_deflate;
Target websocket_extensions;

}  // namespace patchbay::fuzz
