// What a WebSocket's client sends: in one piece and split anywhere, and again after its messages were framed
// anew. The first byte says what was agreed on: d for compression with the window kept, n without, anything
// else none.
#include "target.hpp"
#include "websocket/message_reader.hpp"

#include <algorithm>
#include <span>

namespace patchbay::fuzz {
namespace {

using websocket::FrameFault;
using websocket::Kind;
using websocket::MessageReader;
using Step = MessageReader::Step;

constexpr MessageReader::Limits websocket_limits{.frame = 4096, .message = 8192};

struct Event {
    Step step = Step::need_more;
    Kind kind = Kind::text;
    std::string payload;
    CloseCode code = CloseCode::no_status;

    bool operator==(const Event&) const = default;
};

void check_event(const MessageReader& reader, Step step) {
    const std::string_view payload = reader.payload();
    if (step == Step::message) {
        require(payload.size() <= websocket_limits.message, "a message is within the limit");
        require(reader.kind() == Kind::binary || websocket::is_utf8(payload), "text is UTF-8");
        return;
    }
    require(payload.size() <= websocket::max_control_payload, "a control frame, or a reason, is short");
    if (step == Step::close)
        require(reader.close_code() == CloseCode::no_status || may_be_sent(reader.close_code()),
                "a close code");
    if (step == Step::refused)
        require(may_be_sent(reader.close_code()), "a refusal has a code to close with");
}

// Takes all events that end in a piece.
void read_piece(MessageReader& reader, std::span<char> piece, std::vector<Event>& events) {
    for (;;) {
        const Step step = reader.read(piece);
        require(reader.consumed() <= piece.size(), "no more is consumed than there is");
        piece = piece.subspan(reader.consumed());
        if (step == Step::need_more) break;
        check_event(reader, step);
        events.push_back({step, reader.kind(), std::string{reader.payload()}, reader.close_code()});
        if (step != Step::message) events.back().kind = Kind::text;  // that of another message
        if (step == Step::refused) return;
    }
    require(piece.empty(), "all is consumed before more is wanted");
}

std::vector<Event> read_frames(std::string_view input, const std::vector<std::size_t>& sizes, char agreed) {
    websocket::CompressionPool pool;
    MessageReader reader{websocket_limits};
    const bool anew = agreed == 'n';
    if (anew || agreed == 'd') reader.inflate_with({.client_no_context_takeover = anew}, pool);
    std::vector<Event> events;
    for (const std::size_t size : sizes) {
        const std::string_view front = input.substr(0, size);
        input.remove_prefix(size);
        std::vector<char> piece{front.begin(), front.end()};
        read_piece(reader, piece, events);
        if (!events.empty() && events.back().step == Step::refused) break;
    }
    return events;
}

void append_client_frame(std::string& out, unsigned first, std::string_view payload, Chance& chance) {
    std::string server_frame;
    websocket::append_frame(server_frame, websocket::Opcode::binary, payload);
    const std::size_t head = server_frame.size() - payload.size();
    out += static_cast<char>(first);
    out += static_cast<char>(static_cast<unsigned char>(server_frame[1]) | 0x80U);
    out.append(server_frame, 2, head - 2);
    websocket::MaskKey key{};
    for (char& byte : key) byte = static_cast<char>(chance.below(256));
    out.append(key.begin(), key.end());
    std::string masked{payload};
    websocket::apply_mask(masked, key, 0);
    out.append(masked);
}

// The messages and the pings and pongs, in frames of any size; nothing else.
std::string frame_anew(const std::vector<Event>& events, Chance chance) {
    std::string out;
    for (const Event& event : events) {
        std::string_view rest = event.payload;
        unsigned opcode = event.step == Step::ping ? 9 : event.step == Step::pong ? 10 : 1;
        if (event.step == Step::message && event.kind == Kind::binary) opcode = 2;
        while (event.step == Step::message && (rest.size() > 4096 || chance.below(2) == 0)) {
            const std::size_t size = std::min(rest.size(), chance.below(2000));
            append_client_frame(out, opcode, rest.substr(0, size), chance);
            rest.remove_prefix(size);
            opcode = 0;
        }
        append_client_frame(out, 0x80U | opcode, rest, chance);
    }
    return out;
}

}  // namespace

void websocket_frames(std::string_view input) {
    if (input.empty() || input.size() > 64 * 1024) return;
    const char agreed = input.front();
    input.remove_prefix(1);
    std::vector<Event> whole = read_frames(input, {input.size()}, agreed);
    for (const auto& sizes : ways_to_split(input))
        require(read_frames(input, sizes, agreed) == whole, "what is read is the same however it arrives");
    std::erase_if(
        whole, [](const Event& event) { return event.step == Step::close || event.step == Step::refused; });
    const std::string anew = frame_anew(whole, Chance{input});
    require(read_frames(anew, {anew.size()}, 'x') == whole, "what is framed anew is the same");
}

}  // namespace patchbay::fuzz
