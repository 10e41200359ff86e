// Takes a request's body to its handler while it arrives: from its connection's loop to the reader, on
// whatever thread. Owned by the exchange. Holds what the reader has not taken; the connection reads no more
// while that is too much, so that a slow handler slows its client down instead of filling the memory.
#pragma once

#include "http/buffer.hpp"
#include "http/chunked_reader.hpp"

#include <patchbay/detail/body_feed.hpp>

#include <boost/beast/http/status.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

/// How the bytes behind a head become a body (RFC 9112 §6.3).
struct BodyFraming {
    std::optional<std::uint64_t> length;  ///< nothing: chunked
    ChunkedReader::Limits limits;         ///< of a chunked one
};

class IncomingBody final : public detail::BodyFeed {
public:
    enum class Step : std::uint8_t { more, end, refused };

    /// `on_wanted` is called on the reader's thread when it waits for bytes, or has taken some of too many:
    /// once until the next feed().
    IncomingBody(const BodyFraming& framing, std::function<void()> on_wanted);
    IncomingBody(const IncomingBody&) = delete;
    IncomingBody& operator=(const IncomingBody&) = delete;

    // For the connection, on its loop.
    /// Takes what belongs to the body off the front of `input`. At refused, fault() says why, and the reader
    /// gets that.
    Step feed(Buffer& input);
    /// Wakes the reader if there is news for it. On its own loop the reader may end right here, and this
    /// object with it: call it last.
    void announce();
    RequestFault fault() const noexcept { return chunks_.fault(); }
    /// The body ends here without its end: the reader gets an HttpError once it has taken the rest. As
    /// feed(), without telling it.
    void fail(boost::beast::http::status status, std::string_view detail);
    bool full() const;
    /// Bytes of the body so far, without framing.
    std::uint64_t received() const noexcept { return received_; }

    bool has_news() const override;
    std::string take() override;
    std::span<const HeaderField> trailers() const override;
    void wait_for_news(Waiter& waiter) override;
    bool forget(Waiter& waiter) override;
    void block_for_news() override;

private:
    static constexpr std::size_t enough = 128 * 1024;

    bool has_news_locked() const noexcept { return !bytes_.empty() || ended_ || failure_; }
    void want(std::unique_lock<std::mutex>& lock);

    struct Failure {
        boost::beast::http::status status;
        std::string detail;
    };

    std::optional<std::uint64_t> left_;  // of a body of known length; the loop's alone, as are the next two
    std::uint64_t received_ = 0;
    ChunkedReader chunks_;
    std::function<void()> on_wanted_;
    mutable std::mutex mutex_;
    std::condition_variable news_;
    std::string bytes_;
    std::vector<HeaderField> trailers_;  // not changed once it has ended
    std::optional<Failure> failure_;
    Waiter* waiter_ = nullptr;
    bool ended_ = false;
    bool wanted_ = false;
};

}  // namespace patchbay
