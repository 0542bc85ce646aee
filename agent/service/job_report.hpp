// SPDX-License-Identifier: Apache-2.0
// job_report.hpp: what a job's process says, made into progress, events and an end.
//
// It says JSON values, one a line (agent/app/README.md), and sentences for people between them. The sentences
// become the job's events as they come; the JSON values tell how far it is and how it ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalogue/job_progress.hpp"
#include "agent/catalogue/jobs.hpp"
#include "agent/json/json_object.hpp"
#include "platform/base/error.hpp"

namespace service {

using catalogue::JobProgress;

/// What a backup was asked for and its point therefore has, byte for byte: JSON cannot carry every path.
struct WantedPoint {
    std::string client;
    std::string plan;
    std::vector<std::string> sources;
};

/// How a job ends that an error ended.
catalogue::JobEnd failedWith(const base::Error& error);

/// Not thread-safe. Text that makes no sense is an event like any other; nothing throws for it.
class JobReport final {
public:
    /// A longer line is cut: what a process says is not to fill this one's memory.
    static constexpr std::size_t kLongestLineBytes = 8 * base::kMiB;

    explicit JobReport(WantedPoint wanted) : wanted_(std::move(wanted)) {}

    /// The next bytes of its output.
    void add(std::string_view output, std::chrono::sys_seconds now);

    [[nodiscard]] const JobProgress& progress() const noexcept { return progress_; }

    /// What happened since the last call, at most catalogue::kMostEvents: of more the last is told.
    [[nodiscard]] std::vector<catalogue::JobEvent> takeEvents();

    /// Points that were listed since the last call.
    [[nodiscard]] std::vector<vault::PointRecord> takePoints();

    /// The output has ended and the process with this exit code. `wasAskedToStop` tells a cancelled job from
    /// one that died.
    [[nodiscard]] catalogue::JobEnd finish(int exitCode, bool wasAskedToStop, std::chrono::sys_seconds now);

private:
    void addLine(const std::string& line, std::chrono::sys_seconds now);
    void addSentence(std::string_view line, std::chrono::sys_seconds now);
    void addPoint(const json::JsonObject& value);
    [[nodiscard]] catalogue::JobEnd doneBy(const json::JsonObject& result) const;
    [[nodiscard]] catalogue::JobEnd notDone(int exitCode, bool wasAskedToStop) const;
    void addObject(const json::JsonObject& value, std::chrono::sys_seconds now);
    void addEvent(catalogue::JobEvent event);
    [[nodiscard]] std::optional<vault::PointRecord> pointOf(const json::JsonObject& point) const;

    const WantedPoint wanted_;
    std::string line_;  // that has not ended
    JobProgress progress_;
    std::vector<catalogue::JobEvent> events_;
    std::vector<vault::PointRecord> points_;
    std::uint64_t listed_ = 0;  // points, those that were taken among them
    std::optional<json::JsonObject> result_;
    std::optional<json::JsonObject> error_;
};

}  // namespace service
