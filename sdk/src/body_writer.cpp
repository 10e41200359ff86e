#include <patchbay/body_writer.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>

#include <memory>
#include <utility>

namespace patchbay {
namespace {

using boost::system::error_code;
using detail::BodySink;

[[noreturn]] void throw_gone() {
    throw boost::system::system_error{asio::error::operation_aborted, "nobody reads the body any more"};
}

// A suspended write; it owns itself until it is told or cancelled.
template <class Handler>
class SuspendedWrite final : public BodySink::Waiter {
public:
    static void start(BodySink& sink, Handler handler) {
        auto* self = new SuspendedWrite{std::move(handler)};
        auto slot = asio::get_associated_cancellation_slot(self->handler_);
        if (slot.is_connected()) {
            slot.assign([self, &sink](asio::cancellation_type) {
                if (sink.forget(*self)) self->complete(asio::error::operation_aborted);
            });
        }
        sink.wait_for_room(*self);
    }

    void on_room() noexcept override { complete({}); }

private:
    explicit SuspendedWrite(Handler handler) : handler_{std::move(handler)} {}

    void complete(error_code error) {
        const std::unique_ptr<SuspendedWrite> self{this};
        std::move(handler_)(error);
    }

    Handler handler_;
};

Task<> until_room(BodySink& sink) {
    if (sink.has_room()) co_return;
    const auto initiation = [&sink](auto handler) {
        SuspendedWrite<decltype(handler)>::start(sink, std::move(handler));
    };
    UseTask token;
    co_await asio::async_initiate<UseTask, void(error_code)>(initiation, token);
    if (!sink.put({})) throw_gone();
}

Task<> gone() {
    throw_gone();
    co_return;
}

}  // namespace

Task<> BodyWriter::write(std::string_view bytes) { return sink_->put(bytes) ? until_room(*sink_) : gone(); }

void BlockingBodyWriter::write(std::string_view bytes) {
    if (!sink_->put(bytes) || !sink_->block_for_room()) throw_gone();
}

}  // namespace patchbay
