// SPDX-License-Identifier: Apache-2.0
// clock_watch.hpp: sees the machine's clock jump, and says whether backups may be judged by their age.
//
// Beside a backup that was made while the clock was years ahead all others look old. So after a jump nothing
// is dropped by age until a person has looked, or the clock has come back to where it would be without the
// jump. What says so is a file: it outlives the service, tells a person what happened, and is deleted by that
// person when all is well.
//
// What happened to the clock while no service ran nobody saw. When it shows a time that is far from the one
// last seen, or none was, backups are not judged for a day: a clock that is set right meanwhile has jumped.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace service {

/// Not thread-safe.
class ClockWatch final {
public:
    /// Smaller steps are none of its business: a clock that is corrected, a machine that slept over night.
    /// They make a backup expire so much too early at most.
    static constexpr std::chrono::hours kTolerated{24};

    /// For so long after a start that cannot be compared with the time before.
    static constexpr std::chrono::hours kSettling{24};

    /// `path` is the file's; the time last seen is kept beside it. References are not owned and outlive it.
    ClockWatch(const platform::FileSystem& fileSystem, const platform::Clock& clock, std::string path)
        : fileSystem_(fileSystem), clock_(clock), path_(std::move(path)) {}

    /// Compares the time of day with the time that has passed; to be called again and again. Throws Error
    /// when the file cannot be written; the clock is not trusted then, and the next call tries again.
    void look();

    /// True from a jump on until it is over.
    [[nodiscard]] bool hasJumped() const { return offset_ || fileSystem_.status(path_); }
    /// False before the first look, after a jump, and while a start is too fresh.
    [[nodiscard]] bool isTrusted() const;

private:
    struct Look {
        platform::Timestamp now;
        std::chrono::nanoseconds steady;
    };

    void compareWithLastSeen(const Look& look);
    void keepSeen(const Look& look);
    [[nodiscard]] std::string seenPath() const { return path_ + ".last-seen"; }
    void begin(std::chrono::seconds step, const Look& look);
    void follow(std::chrono::seconds step);

    const platform::FileSystem& fileSystem_;
    const platform::Clock& clock_;
    const std::string path_;
    std::optional<Look> last_;
    std::chrono::nanoseconds trustedFrom_{0};  // steady
    std::optional<std::chrono::nanoseconds> keptSeen_;
    /// How far the clock is from where it would be without the jump that was seen here.
    std::optional<std::chrono::seconds> offset_;
    std::optional<std::string> unwritten_;  // what is to be in the file, and is not yet
    bool isFileOurs_ = false;               // of this jump, and not of an earlier one
};

}  // namespace service
