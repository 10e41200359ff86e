#include "plugin/retries.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace patchbay {
namespace {

constexpr std::chrono::seconds first_delay{1};
constexpr std::chrono::seconds longest_delay{60};
constexpr std::array shortages{ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EAGAIN};

}  // namespace

bool names_shortage(std::string_view problem) {
    return problem.find("std::bad_alloc") != std::string_view::npos ||
           std::any_of(shortages.begin(), shortages.end(), [problem](int shortage) {
               return problem.find(std::generic_category().message(shortage)) != std::string_view::npos;
           });
}

Retries::Retries(boost::asio::io_context& context, std::function<void(const std::filesystem::path&)> look)
    : timer_{context}, look_{std::move(look)} {}

std::chrono::seconds Retries::add(const std::filesystem::path& file) {
    Waiting& waiting = waiting_[file];
    waiting.delay = std::clamp(waiting.delay * 2, first_delay, longest_delay);
    waiting.due = std::chrono::steady_clock::now() + waiting.delay;
    arm();
    return waiting.delay;
}

void Retries::stop() {
    waiting_.clear();
    timer_.cancel();
}

void Retries::arm() {
    if (waiting_.empty()) return;
    const auto next = std::min_element(waiting_.begin(), waiting_.end(), [](const auto& a, const auto& b) {
        return a.second.due < b.second.due;
    });
    timer_.expires_at(next->second.due);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) look_at_due();
    });
}

void Retries::look_at_due() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::filesystem::path> due;
    for (auto& [file, waiting] : waiting_) {
        if (waiting.due > now) continue;
        due.push_back(file);
        // In case the look adds nothing and forgets nothing: no file is looked at without a pause.
        waiting.due = now + longest_delay;
    }
    for (const std::filesystem::path& file : due) look_(file);
    arm();
}

}  // namespace patchbay
