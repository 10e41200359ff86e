#include "header_rules.hpp"

#include <patchbay/cron.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace patchbay {
namespace {

using namespace std::string_view_literals;
namespace chrono = std::chrono;

constexpr std::array month_names{"jan"sv, "feb"sv, "mar"sv, "apr"sv, "may"sv, "jun"sv,
                                 "jul"sv, "aug"sv, "sep"sv, "oct"sv, "nov"sv, "dec"sv};
constexpr std::array weekday_names{"sun"sv, "mon"sv, "tue"sv, "wed"sv, "thu"sv, "fri"sv, "sat"sv};

struct CronField {
    std::string_view what;
    unsigned first;
    unsigned last;
    std::span<const std::string_view> names{};  // of the values from the first on
};

constexpr std::array<CronField, 5> cron_fields{{{"minute", 0, 59},
                                                {"hour", 0, 23},
                                                {"day of the month", 1, 31},
                                                {"month", 1, 12, month_names},
                                                {"day of the week", 0, 7, weekday_names}}};

constexpr std::array<std::array<std::string_view, 2>, 7> shorthands{{{"@yearly", "0 0 1 1 *"},
                                                                     {"@annually", "0 0 1 1 *"},
                                                                     {"@monthly", "0 0 1 * *"},
                                                                     {"@weekly", "0 0 * * 0"},
                                                                     {"@daily", "0 0 * * *"},
                                                                     {"@midnight", "0 0 * * *"},
                                                                     {"@hourly", "0 * * * *"}}};

// 29 February on one day of the week comes back after 40 years at the latest (28, and 12 around a year such
// as 2100).
constexpr chrono::days longest_gap{41 * 366};

// Reads one expression; what is wrong with it is said as a whole.
class CronReader {
public:
    explicit CronReader(std::string_view expression) noexcept : expression_{expression} {}

    std::array<std::string_view, 5> fields() const;
    /// A bit for each value.
    std::uint64_t values(const CronField& field, std::string_view text) const;

    [[noreturn]] void fail(const std::string& problem) const {
        throw std::invalid_argument{"patchbay: the cron expression '" + std::string{expression_} + "' " +
                                    problem};
    }

private:
    std::uint64_t item(const CronField& field, std::string_view text) const;
    unsigned value(const CronField& field, std::string_view text) const;
    unsigned step(const CronField& field, std::string_view text) const;

    std::string_view expression_;
};

std::string_view take_until(std::string_view& rest, std::string_view separators) {
    const std::size_t end = std::min(rest.find_first_of(separators), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

std::array<std::string_view, 5> CronReader::fields() const {
    constexpr std::string_view blanks = " \t";
    std::string_view rest = expression_;
    if (rest.starts_with('@')) {
        const auto* const found =
            std::ranges::find(shorthands, rest, [](const auto& shorthand) { return shorthand[0]; });
        if (found == shorthands.end()) fail("is none of @yearly, @monthly, @weekly, @daily and @hourly");
        rest = (*found)[1];
    }
    std::array<std::string_view, 5> fields;
    std::size_t count = 0;
    while (!rest.empty()) {
        const std::string_view text = take_until(rest, blanks);
        if (text.empty()) continue;
        if (count < fields.size()) fields[count] = text;
        ++count;
    }
    if (count != fields.size())
        fail("has " + std::to_string(count) +
             " fields and needs five: minute, hour, day of the month, month, day of the week");
    return fields;
}

std::uint64_t CronReader::values(const CronField& field, std::string_view text) const {
    if (text.ends_with(',')) fail("has an empty item in its " + std::string{field.what});
    std::uint64_t values = 0;
    while (!text.empty()) values |= item(field, take_until(text, ","));
    return values;
}

std::uint64_t CronReader::item(const CronField& field, std::string_view text) const {
    const bool has_step = text.find('/') != text.npos;
    std::string_view range = take_until(text, "/");
    const bool has_range = range == "*" || range.find('-') != range.npos;
    unsigned first = field.first;
    unsigned last = field.last;
    if (range != "*") {
        first = value(field, take_until(range, "-"));
        last = has_range ? value(field, range) : first;
        if (has_range && first > 0 && last == 0 && field.last == 7) last = 7;  // fri-sun
    }
    if (first > last) fail("has a range in its " + std::string{field.what} + " that ends before it begins");
    if (has_step && !has_range)
        fail("has a step in its " + std::string{field.what} + " that needs a range or '*' before it");
    const unsigned every = has_step ? step(field, text) : 1;
    std::uint64_t values = 0;
    for (unsigned at = first; at <= last; at += every) values |= std::uint64_t{1} << at;
    return values;
}

std::optional<unsigned> number_of(std::string_view text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

unsigned CronReader::value(const CronField& field, std::string_view text) const {
    const auto named = std::ranges::find_if(
        field.names, [text](std::string_view name) { return detail::equal_ignoring_case(name, text); });
    if (named != field.names.end()) return field.first + static_cast<unsigned>(named - field.names.begin());
    const auto number = number_of(text);
    if (!number || *number < field.first || *number > field.last)
        fail("has the " + std::string{field.what} + " '" + std::string{text} + "', which is not within " +
             std::to_string(field.first) + " to " + std::to_string(field.last));
    return *number;
}

unsigned CronReader::step(const CronField& field, std::string_view text) const {
    const auto number = number_of(text);
    if (!number || *number == 0 || *number > field.last)
        fail("has the step '" + std::string{text} + "' in its " + std::string{field.what} +
             ", which is not within 1 to " + std::to_string(field.last));
    return *number;
}

}  // namespace

CronSchedule::CronSchedule(std::string_view expression) {
    const CronReader reader{expression};
    const auto fields = reader.fields();
    std::array<std::uint64_t, 5> values{};
    for (std::size_t i = 0; i < fields.size(); ++i) values[i] = reader.values(cron_fields[i], fields[i]);
    minutes_ = values[0];
    hours_ = values[1];
    days_ = values[2];
    months_ = values[3];
    weekdays_ = (values[4] | values[4] >> 7) & 0x7f;  // 7 is Sunday, too
    any_day_ = fields[2].starts_with('*');
    any_weekday_ = fields[4].starts_with('*');
    constexpr chrono::sys_days anywhere{chrono::year{2000} / 1 / 1};
    if (next_after(anywhere) == chrono::sys_seconds::max())
        reader.fail("never comes: no such month has such a day");
}

bool CronSchedule::has_month(chrono::sys_days day) const noexcept {
    return months_.test(static_cast<unsigned>(chrono::year_month_day{day}.month()));
}

bool CronSchedule::has_day(chrono::sys_days day) const noexcept {
    const bool of_month = days_.test(static_cast<unsigned>(chrono::year_month_day{day}.day()));
    const bool of_week = weekdays_.test(chrono::weekday{day}.c_encoding());
    return any_day_ || any_weekday_ ? of_month && of_week : of_month || of_week;
}

chrono::sys_seconds CronSchedule::next_after(chrono::sys_seconds time) const noexcept {
    const auto first = chrono::floor<chrono::minutes>(time) + chrono::minutes{1};
    const auto first_day = chrono::floor<chrono::days>(first);
    for (auto day = first_day; day < first_day + longest_gap; day += chrono::days{1}) {
        if (!has_month(day) || !has_day(day)) continue;
        auto at = std::max<chrono::sys_time<chrono::minutes>>(day, first);
        for (; at < day + chrono::days{1}; at += chrono::minutes{1}) {
            const auto minute = static_cast<std::size_t>((at - day).count());
            if (hours_.test(minute / 60) && minutes_.test(minute % 60)) return at;
        }
    }
    return chrono::sys_seconds::max();  // not of one that has been constructed
}

}  // namespace patchbay
