// What a cron expression means, and which are refused.
#include <patchbay/cron.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string>

using patchbay::CronSchedule;

namespace {

/// Of a text such as "2026-03-01 10:20".
std::chrono::sys_seconds cron_time(const char* text) {
    std::tm parts{};
    if (!::strptime(text, "%Y-%m-%d %H:%M", &parts)) throw std::invalid_argument{text};
    return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}};
}

std::string cron_text(std::chrono::sys_seconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return text;
}

/// The next times after one.
std::string next_times(const char* expression, const char* after, int count = 1) {
    const CronSchedule schedule{expression};
    auto time = schedule.next_after(cron_time(after));
    std::string times = cron_text(time);
    for (int i = 1; i < count; ++i) {
        time = schedule.next_after(time);
        times += ", " + cron_text(time);
    }
    return times;
}

std::string cron_refusal(const char* expression) {
    try {
        const CronSchedule schedule{expression};
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("the next time of a schedule is a full minute after the one that is given") {
    const CronSchedule schedule{"* * * * *"};
    const auto minute = cron_time("2026-03-01 10:20");
    CHECK(schedule.next_after(minute) == minute + std::chrono::seconds{60});
    CHECK(schedule.next_after(minute + std::chrono::seconds{59}) == minute + std::chrono::seconds{60});
    CHECK(schedule.next_after(minute - std::chrono::seconds{1}) == minute);
    CHECK(next_times("30 3 * * *", "2026-03-01 03:29") == "2026-03-01 03:30");
    CHECK(next_times("30 3 * * *", "2026-03-01 03:30") == "2026-03-02 03:30");
    CHECK(next_times("0 0 * * *", "1969-12-30 23:59") == "1969-12-31 00:00");
}

TEST_CASE("ranges, steps, lists and names of cron expressions") {
    CHECK(next_times("*/20 * * * *", "2026-03-01 10:20", 3) ==
          "2026-03-01 10:40, 2026-03-01 11:00, 2026-03-01 11:20");
    CHECK(next_times("5-10/5,50 23 * * *", "2026-03-01 22:59", 4) ==
          "2026-03-01 23:05, 2026-03-01 23:10, 2026-03-01 23:50, 2026-03-02 23:05");
    CHECK(next_times("0 12 1 JUN,dec *", "2026-06-01 12:00") == "2026-12-01 12:00");
    CHECK(next_times("0 12 * * fri-sun", "2026-03-01 12:00", 3) ==
          "2026-03-06 12:00, 2026-03-07 12:00, 2026-03-08 12:00");
    CHECK(next_times("0 12 * * 7", "2026-03-01 12:00") == "2026-03-08 12:00");
    CHECK(next_times("0 12 * * 0", "2026-03-01 12:00") == "2026-03-08 12:00");
    CHECK(next_times("0 12 * * sun-sun", "2026-03-01 12:00") == "2026-03-08 12:00");
    CHECK(next_times("  0\t12  * * *  ", "2026-03-01 12:00") == "2026-03-02 12:00");
}

TEST_CASE("shorthands of cron expressions") {
    CHECK(next_times("@hourly", "2026-12-31 23:20") == "2027-01-01 00:00");
    CHECK(next_times("@daily", "2026-02-28 00:00") == "2026-03-01 00:00");
    CHECK(next_times("@midnight", "2026-02-28 00:00") == "2026-03-01 00:00");
    CHECK(next_times("@weekly", "2026-03-01 00:00") == "2026-03-08 00:00");
    CHECK(next_times("@monthly", "2026-12-01 00:00") == "2027-01-01 00:00");
    CHECK(next_times("@yearly", "2026-01-01 00:00") == "2027-01-01 00:00");
    CHECK(next_times("@annually", "2026-01-01 00:00") == "2027-01-01 00:00");
}

TEST_CASE("a schedule passes the ends of months and years") {
    CHECK(next_times("59 23 31 * *", "2026-03-31 23:59", 2) == "2026-05-31 23:59, 2026-07-31 23:59");
    CHECK(next_times("0 0 31 12 *", "2026-12-31 00:00") == "2027-12-31 00:00");
    CHECK(next_times("0 0 29 2 *", "2026-01-01 00:00", 2) == "2028-02-29 00:00, 2032-02-29 00:00");
    CHECK(next_times("0 0 29 2 *", "2096-03-01 00:00") == "2104-02-29 00:00");
}

TEST_CASE("a day of the month or of the week is meant, unless one of the fields begins with a star") {
    CHECK(next_times("0 0 15 * fri", "2026-03-06 00:00", 3) ==
          "2026-03-13 00:00, 2026-03-15 00:00, 2026-03-20 00:00");
    CHECK(next_times("0 0 13 * *", "2026-03-01 00:00", 2) == "2026-03-13 00:00, 2026-04-13 00:00");
    CHECK(next_times("0 0 * * fri", "2026-03-01 00:00", 2) == "2026-03-06 00:00, 2026-03-13 00:00");
    CHECK(next_times("0 0 */10 * sun", "2026-03-01 00:00") == "2026-05-31 00:00");
    // 29 February of a Sunday: none for 40 years around one that is no leap year.
    CHECK(next_times("0 0 29 2 */7", "2088-03-01 00:00") == "2128-02-29 00:00");
}

TEST_CASE("what is wrong with a cron expression is said in one sentence") {
    CHECK(cron_refusal("61 * * * *") ==
          "patchbay: the cron expression '61 * * * *' has the minute '61', which is not within 0 to 59");
    CHECK(cron_refusal("* * * *") ==
          "patchbay: the cron expression '* * * *' has 4 fields and needs five: minute, hour, day of the "
          "month, month, day of the week");
    CHECK(cron_refusal("0 0 30 2 *") ==
          "patchbay: the cron expression '0 0 30 2 *' never comes: no such month has such a day");
    CHECK(cron_refusal("@reboot") ==
          "patchbay: the cron expression '@reboot' is none of @yearly, @monthly, "
          "@weekly, @daily and @hourly");
    CHECK(cron_refusal("0 0 30 2 mon") == "none");  // every Monday of February
}

TEST_CASE("cron expressions that mean nothing are refused") {
    for (const char* wrong : {"",
                              "* * * * * *",
                              "a * * * *",
                              "-1 * * * *",
                              "+1 * * * *",
                              "1- * * * *",
                              "-5 * * * *",
                              "5-1 * * * *",
                              "1,,2 * * * *",
                              ",1 * * * *",
                              "1, * * * *",
                              "*/0 * * * *",
                              "*/ * * * *",
                              "*/60 * * * *",
                              "5/10 * * * *",
                              "*-5 * * * *",
                              "1-5-9 * * * *",
                              "*/2/3 * * * *",
                              "* 24 * * *",
                              "* * 0 * *",
                              "* * 32 * *",
                              "* * * 0 *",
                              "* * * 13 *",
                              "* * * * 8",
                              "* * * * sat-fri",
                              "* * * mars *",
                              "* * jan * *",
                              "99999999999 * * * *",
                              "@Daily",
                              "@daily x",
                              "0 0 31 4,6,9,11 *"}) {
        INFO(wrong);
        CHECK(cron_refusal(wrong) != "none");
    }
}
