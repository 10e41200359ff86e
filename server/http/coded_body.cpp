#include "http/coded_body.hpp"

#include "http/response_writer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace patchbay {
namespace {

using Then = BodyEncoder::Then;

}  // namespace

void CodedBody::add(std::string bytes) {
    if (!has_work()) {
        pending_ = std::move(bytes);
        position_ = 0;
    } else {
        pending_.erase(0, std::exchange(position_, 0)).append(bytes);
    }
}

CodedBody::Progress CodedBody::work(std::string& out) {
    const std::size_t size = std::min(coding_slice, pending_.size() - position_);
    const std::string_view slice = std::string_view{pending_}.substr(position_, size);
    const bool last = position_ + size == pending_.size();
    const Then then = !last ? Then::more : ending_ ? Then::end : Then::flush;
    std::string& made = chunked_ ? made_ : out;
    const std::size_t before = made.size();
    failed_ = failed_ || !encoder_->encode(slice, then, made);
    if (failed_) return {};
    position_ += size;
    const Progress progress{size, made.size() - before};
    if (chunked_) {
        append_chunk(out, made_);
        made_.clear();
    }
    if (then == Then::end) {
        ended_ = true;
        if (chunked_) out.append(last_chunk);
    }
    if (last) {
        pending_ = {};
        position_ = 0;
    }
    return progress;
}

}  // namespace patchbay
