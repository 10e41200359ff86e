#include "http/incoming_body.hpp"

#include "http/trailers.hpp"

#include <patchbay/http_error.hpp>

#include <algorithm>
#include <utility>

namespace patchbay {

IncomingBody::IncomingBody(const BodyFraming& framing, std::function<void()> on_wanted)
    : left_{framing.length}, on_wanted_{std::move(on_wanted)} {
    chunks_.reset(framing.limits);
}

IncomingBody::Step IncomingBody::feed(Buffer& input) {
    const std::scoped_lock lock{mutex_};
    wanted_ = false;
    Step step = Step::more;
    if (left_) {
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(*left_, input.size()));
        bytes_.append(input.data(), part);
        input.consume(part);
        *left_ -= part;
        received_ += part;
        if (*left_ == 0) step = Step::end;
    } else {
        ChunkedReader::Step read = ChunkedReader::Step::data;
        while (read == ChunkedReader::Step::data) {
            read = chunks_.read({input.data(), input.size()});
            if (read == ChunkedReader::Step::data) {
                bytes_.append(chunks_.data());
                received_ += chunks_.data().size();
            }
            input.consume(chunks_.consumed());
        }
        if (read == ChunkedReader::Step::end) {
            step = Step::end;
            trailers_ = read_trailers(chunks_.trailer_lines());
        }
        if (read == ChunkedReader::Step::refused) {
            const RequestRule& rule = request_rule(chunks_.fault());
            failure_ = Failure{rule.status, std::string{rule.detail}};
            step = Step::refused;
        }
    }
    if (step == Step::end) ended_ = true;
    return step;
}

void IncomingBody::fail(boost::beast::http::status status, std::string_view detail) {
    const std::scoped_lock lock{mutex_};
    if (!ended_ && !failure_) failure_ = Failure{status, std::string{detail}};
}

bool IncomingBody::full() const {
    const std::scoped_lock lock{mutex_};
    return bytes_.size() >= enough;
}

bool IncomingBody::has_news() const {
    const std::scoped_lock lock{mutex_};
    return has_news_locked();
}

std::string IncomingBody::take() {
    std::unique_lock lock{mutex_};
    if (bytes_.empty() && failure_) throw HttpError{failure_->status, failure_->detail};
    std::string taken = std::exchange(bytes_, {});
    if (taken.size() >= enough) want(lock);
    return taken;
}

std::span<const HeaderField> IncomingBody::trailers() const {
    const std::scoped_lock lock{mutex_};
    return trailers_;
}

void IncomingBody::wait_for_news(Waiter& waiter) {
    std::unique_lock lock{mutex_};
    if (!has_news_locked()) {
        waiter_ = &waiter;
        return want(lock);
    }
    lock.unlock();
    waiter.on_news();
}

bool IncomingBody::forget(Waiter& waiter) {
    const std::scoped_lock lock{mutex_};
    if (waiter_ != &waiter) return false;
    waiter_ = nullptr;
    return true;
}

void IncomingBody::block_for_news() {
    std::unique_lock lock{mutex_};
    if (has_news_locked()) return;
    want(lock);
    lock.lock();
    news_.wait(lock, [this] { return has_news_locked(); });
}

// The connection may be at rest for want of room, or its client for want of a "100 Continue".
void IncomingBody::want(std::unique_lock<std::mutex>& lock) {
    const bool told = std::exchange(wanted_, true);
    lock.unlock();
    if (!told) on_wanted_();
}

void IncomingBody::announce() {
    std::unique_lock lock{mutex_};
    if (!has_news_locked()) return;
    Waiter* const waiter = std::exchange(waiter_, nullptr);
    news_.notify_all();
    lock.unlock();
    if (waiter) waiter->on_news();
}

}  // namespace patchbay
