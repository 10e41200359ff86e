#include "log/logger.hpp"

#include "log/escaping.hpp"
#include "log/start_thread.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace patchbay {
namespace {

constexpr std::chrono::milliseconds patience{100};    // with the reader, before others' wishes are looked at
constexpr std::chrono::milliseconds last_grace{500};  // at the end

std::string_view name_of(LogLevel level) {
    static constexpr std::array<std::string_view, 4> names = {"debug", "info", "warning", "error"};
    return names[static_cast<std::size_t>(level)];
}

void append_time(std::string& out) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm utc{};
    gmtime_r(&now.tv_sec, &utc);
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    out.append(text.data(), length);
    const int millis = std::snprintf(text.data(), text.size(), ".%03ldZ ", now.tv_nsec / 1'000'000);
    out.append(text.data(), static_cast<std::size_t>(millis));
}

std::string line_of(LogLevel level, std::string_view source, std::string_view text) {
    std::string line;
    append_time(line);
    line.append(name_of(level)).append(" ");
    if (!source.empty()) line.append(source).append(": ");
    append_escaped(line, text);
    line += '\n';
    return line;
}

std::uint64_t lines_in(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

Logger::Logger(LogLevel level, int descriptor, std::size_t capacity)
    : level_{level}, target_{descriptor}, ring_{capacity} {
    thread_ = start_thread("log", [this] { run(); });
}

Logger::~Logger() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
        give_up_ = std::chrono::steady_clock::now() + last_grace;
    }
    changed_.notify_all();
    thread_.join();
}

void Logger::write(LogLevel level, std::string_view source, std::string_view text) noexcept {
    if (level < level_.load(std::memory_order_relaxed)) return;
    if (level == LogLevel::warning) warnings_.fetch_add(1, std::memory_order_relaxed);
    const std::string line = line_of(level, source, text);
    {
        const std::scoped_lock lock{mutex_};
        if (ring_.push(line) == 0) return;
        waiting_ = true;
    }
    changed_.notify_all();
}

void Logger::flush(std::chrono::milliseconds wait) noexcept {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, wait, [this] { return !waiting_ && !writing_; });
}

void Logger::run() {
    std::string lines;
    lines.reserve(ring_.capacity() + 1);
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return waiting_ || stopping_; });
        if (!waiting_) return;
        waiting_ = false;
        writing_ = true;
        lines.assign(torn_ ? "\n" : "");
        ring_.take(lines);
        // Those that found no room came after all that are taken here.
        const std::uint64_t unfitting = ring_.dropped();
        lock.unlock();
        if (write_out(lines)) report_losses(unfitting);
        lock.lock();
        writing_ = false;
        changed_.notify_all();
    }
}

// False when some of it is lost.
bool Logger::write_out(std::string_view lines) {
    while (!lines.empty()) {
        const ssize_t written = target_.write_some(lines, patience);
        if (written < 0 || (written == 0 && gives_up())) {
            failed_ += lines_in(lines) - (lines.starts_with('\n') ? 1 : 0);
            return false;
        }
        if (written == 0) continue;
        torn_ = lines[static_cast<std::size_t>(written) - 1] != '\n';
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

void Logger::report_losses(std::uint64_t unfitting) {
    const std::uint64_t lost = unfitting + failed_;
    if (lost == reported_) return;
    const std::uint64_t news = lost - reported_;
    const std::string text = std::to_string(news) + (news == 1 ? " line was" : " lines were") +
                             " lost here: nobody took what was logged";
    const std::uint64_t failed = failed_;
    const bool whole = write_out(line_of(LogLevel::warning, {}, text));
    if (whole || failed_ == failed) reported_ = lost;  // all but the line's end, which comes with the next
    failed_ = failed;                                  // the report is no line that is lost
}

bool Logger::gives_up() {
    const std::scoped_lock lock{mutex_};
    return std::chrono::steady_clock::now() >= give_up_;
}

}  // namespace patchbay
