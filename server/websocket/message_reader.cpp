#include "websocket/message_reader.hpp"

#include <algorithm>

namespace patchbay::websocket {

MessageReader::Step MessageReader::read(std::span<char> bytes) {
    consumed_ = 0;
    payload_ = {};
    if (stopped_) {
        consumed_ = bytes.size();
        return need_more();
    }
    for (;;) {
        if (!within_frame_) {
            if (const Outcome outcome = take_head(bytes)) return *outcome;
        }
        const std::string_view part = take_payload(bytes);
        within_frame_ = left_ > 0;
        const Outcome outcome = is_control(head_.opcode) ? take_control(part) : take_data(part);
        if (outcome) return *outcome;
    }
}

MessageReader::Outcome MessageReader::take_head(std::span<char> bytes) {
    FrameFault fault = read_head({bytes.data() + consumed_, bytes.size() - consumed_});
    if (fault == FrameFault::none && head_.size == 0) return need_more();
    if (fault == FrameFault::none) fault = begin_frame();
    if (fault != FrameFault::none) return refuse(fault);
    return std::nullopt;
}

// Nearly every head lies in the bytes whole; any other is put together.
FrameFault MessageReader::read_head(std::string_view rest) noexcept {
    if (head_count_ == 0) {
        const FrameFault fault = parse_frame_head(rest, head_);
        consumed_ += head_.size;
        if (fault != FrameFault::none || head_.size != 0) return fault;
    }
    const std::size_t before = head_count_;
    const std::size_t count = std::min(rest.size(), head_bytes_.size() - before);
    std::ranges::copy(rest.substr(0, count), head_bytes_.data() + before);
    const FrameFault fault = parse_frame_head({head_bytes_.data(), before + count}, head_);
    const bool whole = head_.size != 0;
    consumed_ += whole ? head_.size - before : count;
    head_count_ = whole ? std::uint8_t{0} : static_cast<std::uint8_t>(before + count);
    return fault;
}

FrameFault MessageReader::begin_frame() noexcept {
    left_ = head_.payload;
    within_frame_ = true;
    if (head_.rsv1 && !inflater_) return FrameFault::reserved_bit;
    if (is_control(head_.opcode)) {
        control_.clear();
        return head_.rsv1 ? FrameFault::compressed_control : FrameFault::none;
    }
    if (const FrameFault fault = begin_message(); fault != FrameFault::none) return fault;
    if (head_.payload > limits_.frame) return FrameFault::frame_too_big;
    // Of a compressed message, the inflater knows.
    const bool fits = compressed_ || head_.payload <= limits_.message - message_.size();
    return fits ? FrameFault::none : FrameFault::message_too_big;
}

// Or goes on with one.
FrameFault MessageReader::begin_message() noexcept {
    if (head_.opcode == Opcode::continuation) {
        if (!within_message_) return FrameFault::continues_nothing;
        return head_.rsv1 ? FrameFault::compressed_continuation : FrameFault::none;
    }
    if (within_message_) return FrameFault::message_not_finished;
    within_message_ = true;
    kind_ = head_.opcode == Opcode::text ? Kind::text : Kind::binary;
    compressed_ = head_.rsv1;
    utf8_ = Utf8Checker{};
    message_.clear();
    return FrameFault::none;
}

std::string_view MessageReader::take_payload(std::span<char> bytes) noexcept {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - consumed_));
    const std::span<char> part = bytes.subspan(consumed_, size);
    apply_mask(part, head_.key, static_cast<std::size_t>(head_.payload - left_));
    consumed_ += size;
    left_ -= size;
    return {part.data(), size};
}

MessageReader::Outcome MessageReader::take_control(std::string_view part) {
    if (left_ > 0 || !control_.empty()) {
        control_.append(part);
        if (left_ > 0) return need_more();
        part = control_;
    }
    if (head_.opcode == Opcode::close) return take_close(part);
    payload_ = part;
    return head_.opcode == Opcode::ping ? Step::ping : Step::pong;
}

MessageReader::Outcome MessageReader::take_data(std::string_view part) {
    const bool ended = left_ == 0 && head_.fin;
    const FrameFault fault = compressed_ ? inflate(part, ended) : check_text(part, ended);
    if (fault != FrameFault::none) return refuse(fault);
    const bool in_parts = compressed_ || !ended || !message_.empty();
    if (in_parts && !compressed_) message_.append(part);
    if (left_ > 0) return need_more();
    if (!ended) return std::nullopt;
    within_message_ = false;
    payload_ = in_parts ? message_ : part;
    return Step::message;
}

// What came before a fault is looked at first, so that the fault is the same however the bytes arrive.
FrameFault MessageReader::inflate(std::string_view part, bool ended) {
    const std::size_t before = message_.size();
    FrameFault fault = inflater_->take(part, message_, limits_.message);
    if (fault == FrameFault::none && ended) fault = inflater_->end(message_, limits_.message);
    const FrameFault fault_of_text =
        check_text(std::string_view{message_}.substr(before), ended && fault == FrameFault::none);
    return fault_of_text != FrameFault::none ? fault_of_text : fault;
}

FrameFault MessageReader::check_text(std::string_view text, bool ended) noexcept {
    if (kind_ != Kind::text || (utf8_.take(text) && (!ended || utf8_.complete()))) return FrameFault::none;
    return FrameFault::text_not_utf8;
}

MessageReader::Step MessageReader::take_close(std::string_view payload) {
    if (payload.size() == 1) return refuse(FrameFault::close_code_cut_off);
    CloseCode code = CloseCode::no_status;
    if (!payload.empty()) {
        const auto high = static_cast<unsigned char>(payload[0]);
        const auto low = static_cast<unsigned char>(payload[1]);
        code = static_cast<CloseCode>(high << 8U | low);
        if (!may_be_sent(code)) return refuse(FrameFault::close_code_invalid);
        payload.remove_prefix(2);
        if (!is_utf8(payload)) return refuse(FrameFault::close_reason_not_utf8);
    }
    stopped_ = true;
    inflater_.reset();
    close_code_ = code;
    payload_ = payload;
    return Step::close;
}

MessageReader::Step MessageReader::need_more() noexcept {
    if (stopped_ || !within_message_) std::string{}.swap(message_);
    if (stopped_ || left_ == 0 || !is_control(head_.opcode)) std::string{}.swap(control_);
    return Step::need_more;
}

MessageReader::Step MessageReader::refuse(FrameFault fault) noexcept {
    const FrameRule& rule = frame_rule(fault);
    stopped_ = true;
    inflater_.reset();
    fault_ = fault;
    close_code_ = rule.code;
    payload_ = rule.detail;
    return Step::refused;
}

}  // namespace patchbay::websocket
