// Bodies of forms for tests, and what a parser makes of them.
#pragma once

#include "request_fixture.hpp"

#include <patchbay/multipart_parser.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::test {

struct SeenPart {
    std::string name;
    std::optional<std::string> file_name;
    std::string data;

    bool operator==(const SeenPart&) const = default;
};

/// A part with the boundary "XX" before it.
inline std::string part_text(std::string_view parameters, std::string_view data, std::string_view more = {}) {
    std::string text = "--XX\r\nContent-Disposition: form-data; ";
    return text.append(parameters).append("\r\n").append(more).append("\r\n").append(data).append("\r\n");
}

/// Takes every event that there is; notes in `ended` whether it was the last.
inline void take_events(MultipartParser& parser, std::vector<SeenPart>& parts, bool& ended) {
    while (const auto event = parser.next()) {
        using Event = MultipartParser::Event;
        if (*event == Event::part) parts.push_back({parser.part().name, parser.part().file_name, {}});
        if (*event == Event::data) parts.back().data += parser.data();
        if (*event == Event::end) ended = true;
    }
}

/// What the body holds when it comes in pieces of that size. Each piece is gone when the next one comes.
inline std::vector<SeenPart> parse_in_pieces(std::string_view body, std::size_t size,
                                             MultipartLimits limits = {}) {
    MultipartParser parser{"XX", limits};
    std::vector<SeenPart> parts;
    bool ended = false;
    for (; !body.empty(); body.remove_prefix(std::min(body.size(), size))) {
        const std::string piece{body.substr(0, size)};
        parser.feed(piece);
        take_events(parser, parts, ended);
    }
    parser.finish();
    if (!ended) parts.push_back({"no end", {}, {}});
    return parts;
}

}  // namespace patchbay::test
