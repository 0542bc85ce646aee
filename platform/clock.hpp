// SPDX-License-Identifier: Apache-2.0
// clock.hpp: the time of day and a steady time, behind an interface so that tests can set both.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace platform {

/// A moment since 1970-01-01T00:00:00Z as file systems keep it. Seconds may be negative.
struct Timestamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    auto operator<=>(const Timestamp&) const = default;
};

/// Tells the time. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;

    /// The machine's idea of the time of day; may jump either way, so no correctness rests on it.
    [[nodiscard]] virtual Timestamp now() const = 0;

    /// Time that only moves forward, for measuring durations.
    [[nodiscard]] virtual std::chrono::nanoseconds steady() const = 0;
};

/// The machine's clock.
std::unique_ptr<Clock> makeSystemClock();

/// "2026-11-24T01:50:45Z"; whole seconds, UTC.
std::string formatUtc(Timestamp time);

/// The same with nine decimals, "2026-11-24T01:50:45.000000123Z"; without when they are zero.
std::string formatUtcExactly(Timestamp time);

/// "2026-11-24 02:50:45" in the machine's time zone.
std::string formatLocal(Timestamp time);

/// Reads what formatUtc() and formatUtcExactly() write, or a date alone (midnight UTC). False when the text
/// is none of these.
bool parseUtc(const std::string& text, Timestamp& time);

}  // namespace platform
