// A form with files. The first line is the boundary, the rest the body: in one piece and split anywhere,
// against a reader that looks for delimiters first, and again after its parts were written anew.
#include "target.hpp"

#include <patchbay/http_error.hpp>
#include <patchbay/multipart.hpp>

#include <optional>

namespace patchbay::fuzz {
namespace {

using Event = MultipartParser::Event;
constexpr MultipartLimits limits{
    .parts = 8, .header_bytes = 512, .field_bytes = 600, .file_bytes = 1000, .total_bytes = 64 * 1024};

struct Part {
    PartHead head;
    std::string data;
};

bool operator==(const Part& a, const Part& b) {
    return a.head.name == b.head.name && a.head.file_name == b.head.file_name &&
           a.head.content_type == b.head.content_type && a.head.headers == b.head.headers && a.data == b.data;
}

struct Read {
    std::vector<Part> parts;
    bool ended = false;
    http::status refusal = http::status::ok;
    std::string why;
};

void take_events(MultipartParser& parser, Read& read) {
    while (const auto event = parser.next()) {
        require(!read.ended, "nothing comes after the end");
        if (*event == Event::part) read.parts.push_back({parser.part(), {}});
        if (*event == Event::data) read.parts.back().data += parser.data();
        if (*event == Event::end) read.ended = true;
    }
}

Read read(std::string_view boundary, std::string_view body, const std::vector<std::size_t>& sizes) {
    Read read;
    try {
        MultipartParser parser{boundary, limits};
        std::size_t at = 0;
        for (const std::size_t size : sizes) {
            const std::vector<char> piece{body.begin() + static_cast<std::ptrdiff_t>(at),
                                          body.begin() + static_cast<std::ptrdiff_t>(at + size)};
            at += size;
            parser.feed({piece.data(), size});
            take_events(parser, read);
        }
        parser.finish();
    } catch (const HttpError& error) {
        read.refusal = error.status();
        read.why = error.what();
    }
    return read;
}

void check_split(const Read& split, const Read& whole) {
    require(split.refusal == whole.refusal, "the verdict is the same however the form arrives");
    if (whole.refusal != http::status::payload_too_large) {  // which is said before all data has come
        require(split.why == whole.why, "the reason is the same however the form arrives");
        require(split.parts == whole.parts, "the parts are the same however the form arrives");
        require(split.ended == whole.ended, "the end is the same however the form arrives");
    }
}

// RFC 2046 §5.1.1 from the other side: delimiters are lines that begin with the boundary, wherever they
// stand, and what lies between two of them is a part.
void check_by_delimiters(std::string_view boundary, std::string_view body, const std::vector<Part>& parts) {
    const std::string delimiter = "\r\n--" + std::string{boundary};
    const std::string text = "\r\n" + std::string{body};
    std::size_t at = text.find(delimiter);
    for (const Part& part : parts) {
        require(at != text.npos, "a part follows a delimiter");
        at = text.find("\r\n", at + delimiter.size());
        const std::size_t next = text.find(delimiter, at);
        require(next != text.npos, "a delimiter follows a part");
        const std::size_t head_end = text.find("\r\n\r\n", at);
        require(head_end != text.npos && head_end + 2 <= next, "the head ends before the next delimiter");
        const std::size_t begin = head_end + 4;
        const std::string data = begin <= next ? text.substr(begin, next - begin) : std::string{};
        require(data == part.data, "the data lies between its head and the next delimiter");
        at = next;
    }
    require(at != text.npos && text.substr(at + delimiter.size(), 2) == "--", "the last delimiter closes");
}

void check_written_anew(std::string_view boundary, const std::vector<Part>& parts) {
    std::string body;
    for (const Part& part : parts) {
        std::size_t head = 2;
        body.append("--").append(boundary).append("\r\n");
        for (const auto& [name, value] : part.head.headers) {
            body.append(name).append(": ").append(value).append("\r\n");
            head += name.size() + value.size() + 4;
        }
        if (head > limits.header_bytes) return;  // it had no space after its colons
        body.append("\r\n").append(part.data).append("\r\n");
    }
    body.append("--").append(boundary).append("--\r\n");
    const Read again = read(boundary, body, {body.size()});
    require(again.refusal == http::status::ok && again.parts == parts, "a form written anew is the same");
}

void check_in_memory(std::string_view boundary, std::string_view body, const Read& whole) {
    try {
        const Multipart form = Multipart::parse(body, MultipartParser{boundary, limits});
        require(whole.refusal == http::status::ok, "a form in memory is refused as well");
        require(form.parts().size() == whole.parts.size(), "a form in memory has the same parts");
        for (std::size_t i = 0; i < whole.parts.size(); ++i)
            require(form.parts()[i].data == whole.parts[i].data, "a form in memory has the same data");
    } catch (const HttpError& error) {
        require(error.status() == whole.refusal, "a form in memory gets the same verdict");
    }
}

}  // namespace

void multipart(std::string_view input) {
    if (input.size() > limits.total_bytes) return;
    const std::string_view boundary = take_line(input);
    const Read whole = read(boundary, input, {input.size()});
    for (const auto& sizes : ways_to_split(input)) check_split(read(boundary, input, sizes), whole);
    check_in_memory(boundary, input, whole);
    for (const Part& part : whole.parts) {
        const auto& name = part.head.file_name;
        if (name)
            require(*name != "." && *name != ".." && name->find_first_of("/\\") == name->npos, "no path");
    }
    if (whole.refusal != http::status::ok) return;
    require(whole.ended, "what is accepted has ended");
    check_by_delimiters(boundary, input, whole.parts);
    check_written_anew(boundary, whole.parts);
}

}  // namespace patchbay::fuzz
