// Coarse timeouts for many connections on one event loop: arming one again for a later time, which happens
// with every request, is a store. Owned by the loop's server; used on the loop's thread only.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdint>

namespace patchbay {

class TimerWheel {
public:
    static constexpr std::chrono::milliseconds tick{100};

    /// Something with a timeout. Its owner derives from it; it leaves the wheel when it is destroyed.
    class Entry {
    public:
        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

    protected:
        virtual ~Entry() { unlink(); }
        bool armed() const noexcept { return wheel_ != nullptr; }
        /// Called once when the time has come, up to two ticks late; the entry may destroy itself. A time for
        /// which something holds up the loop counts as one tick, so that what would have been in time still
        /// is. Never early, but for an entry that was armed in such a time: by less than a tick.
        virtual void on_timeout() = 0;

    private:
        friend class TimerWheel;
        void unlink() noexcept;

        Entry* previous_ = nullptr;
        Entry* following_ = nullptr;
        TimerWheel* wheel_ = nullptr;  // set while linked
        std::uint32_t linked_at_ = 0;  // the tick of the slot it is in, never after the due tick
        std::uint32_t due_ = 0;
    };

    explicit TimerWheel(boost::asio::io_context& loop);
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// (Re)starts the entry's timeout: at least one tick, at most about three years.
    void arm(Entry& entry, std::chrono::milliseconds after);
    static void disarm(Entry& entry) noexcept { entry.unlink(); }

private:
    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                                    boost::asio::io_context::executor_type>;
    static constexpr std::uint32_t slots = 512;

    void link(Entry& entry) noexcept;
    void catch_up() noexcept;
    void schedule_tick();
    void on_tick();
    void expire_slot(std::uint32_t slot);

    Timer timer_;
    std::chrono::steady_clock::time_point start_;
    std::array<Entry*, slots> heads_{};
    std::uint32_t now_ = 0;  // ticks since start_, as of the last tick handled
    std::size_t linked_ = 0;
    bool ticking_ = false;
};

}  // namespace patchbay
