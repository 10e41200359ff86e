#include <patchbay/body_reader.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>

#include <memory>
#include <utility>

namespace patchbay {
namespace {

using boost::system::error_code;
using detail::BodyFeed;

// A suspended read; it owns itself until it is told or cancelled.
template <class Handler>
class SuspendedRead final : public BodyFeed::Waiter {
public:
    static void start(BodyFeed& source, Handler handler) {
        auto* self = new SuspendedRead{std::move(handler)};
        auto slot = asio::get_associated_cancellation_slot(self->handler_);
        if (slot.is_connected()) {
            slot.assign([self, &source](asio::cancellation_type) {
                if (source.forget(*self)) self->complete(asio::error::operation_aborted);
            });
        }
        source.wait_for_news(*self);
    }

    void on_news() noexcept override { complete({}); }

private:
    explicit SuspendedRead(Handler handler) : handler_{std::move(handler)} {}

    void complete(error_code error) {
        const std::unique_ptr<SuspendedRead> self{this};
        std::move(handler_)(error);
    }

    Handler handler_;
};

Task<> until_news(BodyFeed& source) {
    if (source.has_news()) co_return;
    const auto initiation = [&source](auto handler) {
        SuspendedRead<decltype(handler)>::start(source, std::move(handler));
    };
    UseTask token;
    co_await asio::async_initiate<UseTask, void(error_code)>(initiation, token);
}

std::optional<std::string> some_or_end(std::string bytes) {
    if (bytes.empty()) return std::nullopt;
    return bytes;
}

std::optional<std::string> take_arrived(detail::RequestData& request) {
    auto bytes = some_or_end(request.body_feed->take());
    if (!bytes) request.trailers = request.body_feed->trailers();
    return bytes;
}

// A body that was there before the handler began.
std::optional<std::string> take_whole(detail::RequestData& request) {
    return some_or_end(std::string{std::exchange(request.unread, {})});
}

}  // namespace

Task<std::optional<std::string>> BodyReader::read_some() {
    if (!request_->body_feed) co_return take_whole(*request_);
    BodyFeed& source = *request_->body_feed;
    co_await until_news(source);
    co_return take_arrived(*request_);
}

std::optional<std::string> BlockingBodyReader::read_some() {
    if (!request_->body_feed) return take_whole(*request_);
    request_->body_feed->block_for_news();
    return take_arrived(*request_);
}

}  // namespace patchbay
