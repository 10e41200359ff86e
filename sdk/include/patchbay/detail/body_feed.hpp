// Where a streamed request body comes from: the host's connection.
#pragma once

#include <patchbay/detail/request_data.hpp>
#include <patchbay/export.hpp>

#include <span>
#include <string>

namespace patchbay::detail {

/// Thread-safe. One reader at a time.
class PATCHBAY_API BodyFeed {
public:
    /// Somebody who waits for news. Told once, on any thread, and perhaps gone when told.
    class Waiter {
    public:
        virtual void on_news() noexcept = 0;

    protected:
        ~Waiter() = default;
    };

    /// Whether take() would not have to wait: bytes are there, the end is, or a failure.
    virtual bool has_news() const = 0;
    /// What has arrived; nothing at the end. Precondition: has_news(). Errors: HttpError.
    virtual std::string take() = 0;
    /// What came behind the end. Precondition: take() has given nothing. Lifetime: the feed's.
    virtual std::span<const HeaderField> trailers() const = 0;
    /// Tells the waiter of news; at once if there is some.
    virtual void wait_for_news(Waiter& waiter) = 0;
    /// The waiter waits no more; false when it has been, or is being, told: then it may be gone already.
    [[nodiscard]] virtual bool forget(Waiter& waiter) = 0;
    virtual void block_for_news() = 0;

protected:
    ~BodyFeed() = default;
};

}  // namespace patchbay::detail
