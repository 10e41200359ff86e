// Where a streamed body goes: the host's connection, or a test's string.
#pragma once

#include <patchbay/export.hpp>

#include <string_view>

namespace patchbay::detail {

/// Thread-safe.
class PATCHBAY_API BodySink {
public:
    /// Somebody who waits for room. Told once, on any thread, and perhaps gone when told.
    class Waiter {
    public:
        virtual void on_room() noexcept = 0;

    protected:
        ~Waiter() = default;
    };

    /// Takes all of the bytes, whatever the room. False: nobody reads any more.
    [[nodiscard]] virtual bool put(std::string_view bytes) = 0;
    /// Takes what ends a body early but well, once the host has asked its producer to stop, and put() is
    /// refused. False: it has not asked, or nobody reads any more.
    [[nodiscard]] virtual bool put_last(std::string_view bytes) = 0;
    virtual bool has_room() const = 0;
    /// Tells the waiter when there is room or nobody reads any more; at once if it is so.
    virtual void wait_for_room(Waiter& waiter) = 0;
    /// The waiter waits no more; false when it has been, or is being, told: then it may be gone already.
    [[nodiscard]] virtual bool forget(Waiter& waiter) = 0;
    /// Blocks until there is room. False: nobody reads any more.
    [[nodiscard]] virtual bool block_for_room() = 0;

protected:
    ~BodySink() = default;
};

}  // namespace patchbay::detail
