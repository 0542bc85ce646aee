// SPDX-License-Identifier: Apache-2.0
// clock.cpp: moments as text and back.
#include "platform/clock.hpp"

#include <cstdio>
#include <ctime>
#include <mutex>

namespace platform {

namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr int kDaysInMonth[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct Date {
    std::int64_t year = 1970;
    int month = 1;
    int day = 1;
};

// Both conversions count in eras of 400 years that begin on a first of March, so that leap days come last.

std::int64_t daysFrom1970(Date date) noexcept {
    const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t yearOfEra = year - era * 400;
    const std::int64_t dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + dayOfEra - 719468;
}

Date dateOf(std::int64_t daysFrom1970) noexcept {
    const std::int64_t days = daysFrom1970 + 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t dayOfEra = days - era * 146097;
    const std::int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const std::int64_t monthFromMarch = (5 * dayOfYear + 2) / 153;
    Date date;
    date.day = static_cast<int>(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
    date.month = static_cast<int>(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
    date.year = yearOfEra + era * 400 + (date.month <= 2 ? 1 : 0);
    return date;
}

bool isLeapYear(std::int64_t year) noexcept { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

bool isDate(const Date& date) noexcept {
    if (date.month < 1 || date.month > 12 || date.day < 1) return false;
    const int last = kDaysInMonth[date.month - 1] + (date.month == 2 && isLeapYear(date.year) ? 1 : 0);
    return date.day <= last;
}

/// True when the text has a digit wherever the pattern has a '0', and the pattern's own characters elsewhere.
bool fits(const std::string& text, const char* pattern) noexcept {
    for (const char character : text) {
        const char expected = *pattern++;
        if (expected == '\0') return false;
        const bool isFit = expected == '0' ? character >= '0' && character <= '9' : character == expected;
        if (!isFit) return false;
    }
    return *pattern == '\0';
}

int numberAt(const std::string& text, std::size_t at, std::size_t digits) noexcept {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) number = number * 10 + (text[at + i] - '0');
    return number;
}

std::string format(const char* pattern, const Date& date, int hour, int minute, int second) {
    char text[80];
    const int length = std::snprintf(text, sizeof text, pattern, static_cast<long long>(date.year),
                                     date.month, date.day, hour, minute, second);
    return {text, static_cast<std::size_t>(length)};
}

}  // namespace

std::string formatUtc(Timestamp time) {
    std::int64_t days = time.seconds / kSecondsPerDay;
    std::int64_t rest = time.seconds % kSecondsPerDay;
    if (rest < 0) {
        rest += kSecondsPerDay;
        --days;
    }
    const int second = static_cast<int>(rest);
    return format("%04lld-%02d-%02dT%02d:%02d:%02dZ", dateOf(days), second / 3600, second / 60 % 60,
                  second % 60);
}

std::string formatUtcExactly(Timestamp time) {
    std::string text = formatUtc(time);
    if (time.nanoseconds == 0) return text;
    const std::string digits = std::to_string(time.nanoseconds);
    return text.replace(text.size() - 1, 1, "." + std::string(9 - digits.size(), '0') + digits + "Z");
}

std::string formatLocal(Timestamp time) {
    static std::mutex calendar;  // guards the C library's one result, which all callers share
    const auto seconds = static_cast<std::time_t>(time.seconds);
    const std::lock_guard lock(calendar);
    const std::tm* const local = std::localtime(&seconds);
    if (local == nullptr) return formatUtc(time);  // a year that the C library cannot count
    const Date date{std::int64_t{1900} + local->tm_year, local->tm_mon + 1, local->tm_mday};
    return format("%04lld-%02d-%02d %02d:%02d:%02d", date, local->tm_hour, local->tm_min, local->tm_sec);
}

bool parseUtc(const std::string& text, Timestamp& time) {
    const bool isExact = fits(text, "0000-00-00T00:00:00.000000000Z");
    const bool hasTime = isExact || fits(text, "0000-00-00T00:00:00Z");
    if (!hasTime && !fits(text, "0000-00-00")) return false;
    const Date date{numberAt(text, 0, 4), numberAt(text, 5, 2), numberAt(text, 8, 2)};
    const int hour = hasTime ? numberAt(text, 11, 2) : 0;
    const int minute = hasTime ? numberAt(text, 14, 2) : 0;
    const int second = hasTime ? numberAt(text, 17, 2) : 0;
    if (!isDate(date) || hour > 23 || minute > 59 || second > 59) return false;
    time.seconds = daysFrom1970(date) * kSecondsPerDay + hour * 3600 + minute * 60 + second;
    time.nanoseconds = isExact ? static_cast<std::uint32_t>(numberAt(text, 20, 9)) : 0;
    return true;
}

}  // namespace platform
