// SPDX-License-Identifier: Apache-2.0
#include "agent/service/clock_watch.hpp"

#include "platform/base/bytes.hpp"
#include "platform/new_file.hpp"

namespace service {

using std::chrono::seconds;

namespace {

std::string textFor(const platform::Timestamp& before, const platform::Timestamp& after) {
    return "The clock of this machine was set from " + platform::formatLocal(before) + " to " +
           platform::formatLocal(after) +
           ".\nUntil this file is deleted no backup is dropped because of its age: beside one with a date in "
           "the\nfuture all others look old. Set the clock right, look whether backups bear a wrong date, "
           "and "
           "delete this file.\n";
}

}  // namespace

void ClockWatch::look() {
    const Look look{clock_.now(), clock_.steady()};
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
