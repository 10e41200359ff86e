#include "log/access_log.hpp"

#include "log/logger.hpp"
#include "log/start_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace patchbay {
namespace {

constexpr std::chrono::milliseconds gathering{50};  // of lines, after the first of a batch
constexpr std::chrono::milliseconds target_patience{
    100};  // with a target, before others' wishes are looked at
constexpr std::chrono::seconds between_reports{1};
constexpr std::chrono::milliseconds thread_grace{500};  // for the thread to end, after what it gave up

}  // namespace

// All under the lock: once it is released the log may have ended, and be gone.
AccessLog::Source::~Source() {
    const std::scoped_lock lock{log_.mutex_};
    ring_.close();
    log_.awake_ = true;
    log_.changed_.notify_all();
}

void AccessLog::Source::write(std::string_view line) noexcept {
    const std::size_t used = ring_.push(line);
    if (used == 0) return;
    if (!log_.awake_.load(std::memory_order_seq_cst)) log_.wake();
    if (used > ring_.capacity() / 2) log_.hurry();
}

AccessLog::AccessLog(const std::filesystem::path& target, std::size_t sources, Logger& log,
                     std::size_t capacity)
    : target_{target}, on_terminal_{target_.is_terminal()}, log_{log} {
    for (std::size_t i = 0; i < sources; ++i) rings_.push_back(std::make_unique<LineRing>(capacity));
    thread_ = start_thread("access-log", [this] { run(); });
}

AccessLog::~AccessLog() {
    if (thread_.joinable()) thread_.join();
}

std::unique_ptr<AccessLog::Source> AccessLog::source(std::size_t index) {
    return std::unique_ptr<Source>{new Source{*this, *rings_[index]}};
}

// The lock makes sure that the writer, if it has just found nothing to do, hears of it.
void AccessLog::wake() noexcept {
    if (awake_.exchange(true, std::memory_order_seq_cst)) return;
    {
        const std::scoped_lock lock{mutex_};
    }
    changed_.notify_all();
}

void AccessLog::hurry() noexcept {
    if (hurried_.load(std::memory_order_relaxed) || hurried_.exchange(true)) return;
    {
        const std::scoped_lock lock{mutex_};
    }
    changed_.notify_all();
}

void AccessLog::reopen() {
    {
        const std::scoped_lock lock{mutex_};
        reopen_ = true;
    }
    changed_.notify_all();
}

bool AccessLog::ended() const {
    const std::scoped_lock lock{mutex_};
    return ended_;
}

bool AccessLog::stop(Clock::time_point deadline) {
    {
        std::unique_lock lock{mutex_};
        give_up_ = deadline;
        changed_.notify_all();
        if (!changed_.wait_until(lock, deadline + thread_grace, [this] { return ended_; })) return false;
    }
    if (thread_.joinable()) thread_.join();
    return true;
}

void AccessLog::run() {
    bool more = true;
    while (more) {
        more = wait_for_lines();
        reopen_if_asked();
        // Asked before the last look: what they wrote before they went is there.
        const bool gone = sources_gone();
        awake_.store(false, std::memory_order_seq_cst);
        hurried_.store(false);
        write_all();
        report(!more || gone);
        more = more && !gone;
    }
    const std::scoped_lock lock{mutex_};
    ended_ = true;
    changed_.notify_all();
}

// False when this is the last time.
bool AccessLog::wait_for_lines() {
    std::unique_lock lock{mutex_};
    const auto stopping = [this] { return give_up_ != Clock::time_point::max(); };
    const auto anything = [&] { return awake_ || reopen_ || stopping(); };
    if (dropped() != reported_ && !changed_.wait_for(lock, between_reports, anything)) return true;
    changed_.wait(lock, anything);
    changed_.wait_for(lock, gathering, [&] { return hurried_ || reopen_ || stopping(); });
    return !stopping();
}

bool AccessLog::sources_gone() const noexcept {
    return std::all_of(rings_.begin(), rings_.end(), [](const auto& ring) { return ring->closed(); });
}

void AccessLog::write_all() {
    for (const auto& ring : rings_) {
        batch_.clear();
        ring->take(batch_);
        if (batch_.empty()) continue;
        if (torn_) batch_.insert(0, 1, '\n');
        write_out(batch_);
    }
}

void AccessLog::write_out(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = target_.write_some(bytes, target_patience);
        if (written < 0) return lose(bytes, errno);
        if (written > 0) {
            torn_ = bytes[static_cast<std::size_t>(written) - 1] != '\n';
            bytes.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        if (gives_up()) return lose(bytes, 0);
        // The rest of a line whose beginning went into the old file is of no use in the new one.
        if (reopen_if_asked() && torn_) {
            const std::size_t rest = std::min(bytes.find('\n') + 1, bytes.size());
            lose(bytes.substr(0, rest), 0);
            bytes.remove_prefix(rest);
            torn_ = false;
        }
        report(false);
    }
}

bool AccessLog::gives_up() {
    const std::scoped_lock lock{mutex_};
    return Clock::now() >= give_up_;
}

bool AccessLog::reopen_if_asked() {
    {
        const std::scoped_lock lock{mutex_};
        if (!std::exchange(reopen_, false)) return false;
    }
    try {
        target_.reopen();
        return true;
    } catch (const std::system_error& error) {
        log_.error("access log: " + std::string{error.what()} + " · it goes on in the file it has");
        return false;
    }
}

void AccessLog::lose(std::string_view bytes, int error) {
    lost_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    error_ = error;
}

std::uint64_t AccessLog::dropped() const noexcept {
    std::uint64_t dropped = lost_;
    for (const auto& ring : rings_) dropped += ring->dropped();
    return dropped;
}

// A line a second at most, so that the log of what is lost does not drown the rest.
void AccessLog::report(bool at_once) {
    const std::uint64_t dropped = this->dropped();
    const Clock::time_point now = Clock::now();
    if (dropped == reported_ || (!at_once && now - last_report_ < between_reports)) return;
    const std::string why =
        error_ != 0 ? std::generic_category().message(error_) : "it takes too long to write";
    log_.warning("access log: " + std::to_string(dropped - reported_) + " lines dropped (" +
                 std::to_string(dropped) + " in all) · " + target_.name().string() + ": " + why);
    reported_ = dropped;
    last_report_ = now;
    error_ = 0;
}

}  // namespace patchbay
