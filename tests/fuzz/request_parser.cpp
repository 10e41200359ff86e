// Pipelined requests, parsed as a connection does it: in one piece and split anywhere, against a reading of
// the framing by the letter (RFC 9112 §6), and again after they were written anew.
#include "http/request_parser.hpp"

#include "http/path.hpp"
#include "poison.hpp"
#include "target.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace patchbay::fuzz {
namespace {

using Step = RequestParser::Step;
using Field = std::pair<std::string, std::string>;

constexpr RequestParser::Limits limits{.bytes = {.target = 512, .head = 2048}, .fields = 20};
constexpr std::size_t body_limit = 4096;

struct Parsed {
    std::string method, target, body;
    unsigned version = 0;
    std::vector<Field> fields;
    bool keep_alive = false, expects_continue = false, sound_target = false;

    bool operator==(const Parsed&) const = default;
};

struct Reading {
    std::vector<Parsed> requests;
    std::vector<std::size_t> ends;  // of them, in the input
    RequestFault fault = RequestFault::none;
    bool in_head = true;  // where it stopped
};

// A connection's loop (server/net/connection.cpp), without its answers.
class Reader {
public:
    explicit Reader(std::string_view input) : input_{input} { parser_.reset(limits); }

    Reading read(const std::vector<std::size_t>& sizes) {
        for (const std::size_t size : sizes) {
            append(size);
            while (reading_.fault == RequestFault::none && step()) {
            }
            if (reading_.fault != RequestFault::none) break;
        }
        reading_.in_head = !parser_.has_head();
        return std::move(reading_);
    }

private:
    void append(std::size_t size) {
        unpoison(buffer_.space(), buffer_.space_size());
        // Moves the bytes at every other time, as connections do when they run out of room.
        moves_ = !moves_;
        const std::size_t wanted = moves_ ? buffer_.space_size() + 1 : size;
        parser_.rebase(buffer_.make_space(wanted < 100'000 ? std::max(wanted, size) : size));
        std::memcpy(buffer_.space(), input_.data() + taken_, size);
        buffer_.commit(size);
        taken_ += size;
    }

    // True when it is worth another one.
    bool step() {
        unpoison(buffer_.space(), buffer_.space_size());
        poison(buffer_.space(), buffer_.space_size());
        const Step step = parser_.parse(buffer_);
        unpoison(buffer_.space(), buffer_.space_size());
        switch (step) {
            case Step::need_more:
                return false;
            case Step::head:
                if (parser_.body_limit(body_limit)) return true;
                reading_.fault = RequestFault::body_too_large;
                return false;
            case Step::complete:
                add();
                return true;
            case Step::refused:
                reading_.fault = parser_.fault();
                require(reading_.fault != RequestFault::none, "a refusal has a reason");
                return false;
        }
        return false;
    }

    void add() {
        const detail::RequestData& data = parser_.request();
        Parsed request{.method = std::string{data.method_name},
                       .target = std::string{data.target},
                       .body = std::string{data.body},
                       .version = data.version,
                       .fields = {},
                       .keep_alive = parser_.keep_alive(),
                       .expects_continue = parser_.expects_continue()};
        for (const HeaderField& field : data.headers) request.fields.emplace_back(field.name, field.value);
        std::string scratch;
        request.sound_target = parse_target(data.method, data.target, scratch).has_value();
        reading_.requests.push_back(std::move(request));
        buffer_.consume(parser_.size());
        reading_.ends.push_back(taken_ - buffer_.size());
        parser_.reset(limits);
    }

    std::string_view input_;
    Buffer buffer_;
    RequestParser parser_;
    Reading reading_;
    std::size_t taken_ = 0;
    bool moves_ = false;
};

Reading read_whole(std::string_view input) { return Reader{input}.read({input.size()}); }

// What is too large is noticed at once in one piece, and before its end in several.
bool is_limit(RequestFault fault) {
    return fault == RequestFault::target_too_long || fault == RequestFault::header_too_large;
}

bool is_name(std::string_view text) {
    static constexpr std::string_view delimiters = "\"(),/:;<=>?@[\\]{}";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && delimiters.find(c) == std::string_view::npos;
    });
}

bool is_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::size_t count(const Parsed& request, std::string_view name, std::string* value = nullptr) {
    std::size_t found = 0;
    for (const auto& [key, text] : request.fields) {
        if (lower_case(key) != name) continue;
        ++found;
        if (value) *value = text;
    }
    return found;
}

// Where the chunks that begin `text` end, if they do, and their data.
std::size_t end_of_chunks(std::string_view text, std::string& data) {
    std::size_t at = 0;
    for (;;) {
        const std::size_t line_end = text.find("\r\n", at);
        require(line_end != text.npos, "a chunk has a size line");
        const std::size_t size = std::stoull(std::string{text.substr(at, line_end - at)}, nullptr, 16);
        at = line_end + 2;
        if (size == 0) break;
        require(at + size + 2 <= text.size(), "a chunk lies in the input");
        data += text.substr(at, size);
        require(text.substr(at + size, 2) == "\r\n", "a chunk ends with CR LF");
        at += size + 2;
    }
    for (;;) {  // trailers
        const std::size_t line_end = text.find("\r\n", at);
        require(line_end != text.npos, "the trailer section ends");
        const bool last = line_end == at;
        at = line_end + 2;
        if (last) return at;
    }
}

// The request lies between `begin` and `end` of the input, and nothing in it can be read in two ways.
void check_framing(const Parsed& request, std::string_view bytes) {
    while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    const std::size_t head = bytes.find("\r\n\r\n") + 4;
    for (std::size_t at = 0; at < head; ++at) {
        const bool pair = bytes.substr(at, 2) == "\r\n";
        require(pair || (bytes[at] != '\n' && bytes[at] != '\r' && bytes[at] != '\0'),
                "lines end with CR LF");
        at += pair ? 1 : 0;
    }
    require(is_name(request.method), "the method is a token");
    require(std::all_of(request.target.begin(), request.target.end(),
                        [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; }),
            "the target has no spaces and no controls");
    for (const auto& [name, value] : request.fields)
        require(is_name(name) && is_value(value), "a field is a token and text");

    std::string length, coding, body;
    const std::size_t lengths = count(request, "content-length", &length);
    const std::size_t codings = count(request, "transfer-encoding", &coding);
    require(lengths + codings <= 1, "there is one framing");
    require(count(request, "host") == 1 || (request.version == 10 && count(request, "host") == 0), "a Host");
    std::size_t end = head;
    if (codings == 1) {
        require(lower_case(coding) == "chunked" && request.version == 11, "only chunked");
        end += end_of_chunks(bytes.substr(head), body);
    } else if (lengths == 1) {
        require(!length.empty() && length.find_first_not_of("0123456789") == length.npos, "digits");
        body = bytes.substr(head, std::stoull(length));
        end += std::stoull(length);
    }
    require(end == bytes.size(), "the request ends where its framing says");
    require(body == request.body, "the body is what its framing says");
}

std::string write(const Parsed& request) {
    std::string text = request.method + " " + request.target;
    text += request.version == 11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n";
    for (const auto& [name, value] : request.fields) {
        const std::string key = lower_case(name);
        if (key != "content-length" && key != "transfer-encoding")
            text.append(name).append(": ").append(value).append("\r\n");
    }
    text += "content-length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    return text + request.body;
}

void check_written_anew(Parsed request) {
    std::erase_if(request.fields, [](const Field& field) {
        const std::string key = lower_case(field.first);
        return key == "content-length" || key == "transfer-encoding";
    });
    if (request.fields.size() >= limits.fields) return;  // the length may be one too many
    const std::string text = write(request);
    if (text.size() - request.body.size() > limits.bytes.head) return;
    Reading again = read_whole(text);
    require(again.fault == RequestFault::none && again.requests.size() == 1 && again.ends[0] == text.size(),
            "a request written anew is one request");
    again.requests[0].fields.pop_back();
    require(again.requests[0] == request, "a request written anew is the same");
}

}  // namespace

void request_parser(std::string_view input) {
    if (input.size() > 16 * 1024) return;
    const Reading whole = read_whole(input);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < whole.requests.size(); ++i) {
        check_framing(whole.requests[i], input.substr(begin, whole.ends[i] - begin));
        check_written_anew(whole.requests[i]);
        begin = whole.ends[i];
    }
    for (const auto& sizes : ways_to_split(input)) {
        const Reading split = Reader{input}.read(sizes);
        require(split.requests == whole.requests, "requests are the same however they arrive");
        require(split.ends == whole.ends, "requests end at the same place however they arrive");
        const bool same_fault =
            split.fault == whole.fault || (is_limit(split.fault) && whole.fault != RequestFault::none);
        require(same_fault, "the refusal is the same however the bytes arrive");
        require(split.fault != RequestFault::none || split.in_head == whole.in_head, "as far is got");
    }
}

}  // namespace patchbay::fuzz
