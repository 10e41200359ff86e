// A cron expression a line: what is not refused has a next time, a full minute and always a later one, and
// blanks around its fields mean nothing.
#include "target.hpp"

#include <patchbay/cron.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace patchbay::fuzz {
namespace {

void check_cron(std::string_view expression) {
    std::chrono::sys_seconds time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
    try {
        const CronSchedule schedule{expression};
        const bool is_shorthand = expression.starts_with('@');
        const CronSchedule same{is_shorthand ? std::string{expression}
                                             : " " + std::string{expression} + "\t "};
        for (int i = 0; i < 3; ++i) {
            const auto next = schedule.next_after(time);
            require(next > time && next < std::chrono::sys_seconds::max(), "a next time comes");
            require(next == std::chrono::floor<std::chrono::minutes>(next), "it is a full minute");
            require(same.next_after(time) == next, "blanks around fields mean nothing");
            require(schedule.next_after(next - std::chrono::seconds{1}) == next, "none is left out");
            time = next;
        }
    } catch (const std::invalid_argument& error) {
        const bool printable = expression.find('\0') == expression.npos;
        require(!printable || std::string_view{error.what()}.find(expression) != std::string_view::npos,
                "what is refused is named");
    }
}

}  // namespace

void cron(std::string_view input) {
    while (!input.empty()) check_cron(take_line(input));
}

}  // namespace patchbay::fuzz
