// Times by the clock, as crontab writes them. A value: no thread, no host.
#pragma once

#include <patchbay/export.hpp>

#include <bitset>
#include <chrono>
#include <string_view>

namespace patchbay {

/// Minute, hour, day of the month, month, day of the week: `30 3 * * mon-fri` is 03:30 on working days. Each
/// field is `*`, a number, a range `a-b`, either of the last two of these with a step (`*/5`, `8-18/2`), or a
/// list of such with commas. Months and days of the week also have English names of three letters; Sunday is
/// 0 or 7. When neither the day of the month nor that of the week begins with `*`, a day of either is meant.
/// `@yearly` (`@annually`), `@monthly`, `@weekly`, `@daily` (`@midnight`) and `@hourly` stand for the
/// beginning of each.
///
/// Times are UTC, which has no summer time: no hour comes twice or is left out.
class PATCHBAY_API CronSchedule {
public:
    /// Errors: std::invalid_argument with a sentence, also for one that never comes, as `0 0 30 2 *`.
    explicit CronSchedule(std::string_view expression);

    /// The first full minute of it after `time`. Precondition: before the year 9999.
    std::chrono::sys_seconds next_after(std::chrono::sys_seconds time) const noexcept;

private:
    bool has_day(std::chrono::sys_days day) const noexcept;
    bool has_month(std::chrono::sys_days day) const noexcept;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;    // from 1
    std::bitset<13> months_;  // from 1
    std::bitset<7> weekdays_;
    bool any_day_ = false;  // the field begins with `*`
    bool any_weekday_ = false;
};

}  // namespace patchbay
