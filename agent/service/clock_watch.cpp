// SPDX-License-Identifier: Apache-2.0
#include "agent/service/clock_watch.hpp"

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/new_file.hpp"
#include "platform/read_fully.hpp"

namespace service {

using std::chrono::seconds;

namespace {

/// How often the time last seen is written.
constexpr std::chrono::minutes kBetweenSeen{10};
constexpr std::size_t kLongestSeenBytes = 100;

std::string textFor(const platform::Timestamp& before, const platform::Timestamp& after) {
    return "The clock of this machine was set from " + platform::formatLocal(before) + " to " +
           platform::formatLocal(after) +
           ".\nUntil this file is deleted no backup is dropped because of its age: beside one with a date in "
           "the\nfuture all others look old. Set the clock right, look whether backups bear a wrong date, "
           "and "
           "delete this file.\n";
}

}  // namespace

bool ClockWatch::isTrusted() const { return last_ && clock_.steady() >= trustedFrom_ && !hasJumped(); }

void ClockWatch::compareWithLastSeen(const Look& look) {
    bool isNear = false;
    try {
        const auto file = fileSystem_.openForReading(seenPath());
        base::Bytes text(kLongestSeenBytes);
        text.resize(platform::readFully(*file, 0, text));
        platform::Timestamp seen;
        isNear = platform::parseUtc(std::string(base::asText(text)), seen) &&
                 std::chrono::abs(seconds(look.now.seconds - seen.seconds)) <= kTolerated;
    } catch (const base::Error&) {
        isNear = false;  // none was seen
    }
    trustedFrom_ = isNear ? look.steady : look.steady + kSettling;
}

/// Not durably, and only when it works: without it the next start waits longer.
void ClockWatch::keepSeen(const Look& look) {
    if (keptSeen_ && look.steady - *keptSeen_ < kBetweenSeen) return;
    keptSeen_ = look.steady;
    try {
        const std::string newPath = seenPath() + ".new";
        fileSystem_.removeFile(newPath);
        fileSystem_.createNew(newPath)->write(base::asBytes(platform::formatUtc(look.now)));
        fileSystem_.replace(newPath, seenPath());
    } catch (const base::Error&) {
        return;
    }
}

void ClockWatch::look() {
    const Look look{clock_.now(), clock_.steady()};
    if (!last_) compareWithLastSeen(look);
    keepSeen(look);
    if (last_) {
        const seconds shown(look.now.seconds - last_->now.seconds);
        const auto step = shown - std::chrono::duration_cast<seconds>(look.steady - last_->steady);
        if (offset_) {
            follow(step);
        } else if (std::chrono::abs(step) > kTolerated) {
            begin(step, look);
        }
    }
    last_ = look;
    if (!unwritten_) return;
    if (!fileSystem_.status(path_)) platform::writeNewFile(fileSystem_, path_, base::asBytes(*unwritten_));
    unwritten_.reset();
}

void ClockWatch::begin(seconds step, const Look& look) {
    offset_ = step;
    isFileOurs_ = !fileSystem_.status(path_);
    if (isFileOurs_) unwritten_ = textFor(last_->now, look.now);
}

void ClockWatch::follow(seconds step) {
    *offset_ += step;
    const bool isRightAgain = std::chrono::abs(*offset_) <= kTolerated;
    const bool hasPersonLooked = !unwritten_ && !fileSystem_.status(path_);
    if (!isRightAgain && !hasPersonLooked) return;
    if (isFileOurs_) fileSystem_.removeFile(path_);
    unwritten_.reset();
    offset_.reset();
}

}  // namespace service
