// SPDX-License-Identifier: Apache-2.0
// job_progress.hpp: how far running jobs are, for other processes to see.
//
// The service writes it every second, into a small file a job. It is no part of the database: that makes all
// it takes durable, and would keep a disk busy with what nobody wants a minute later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/catalogue/ids.hpp"
#include "agent/json/json_object.hpp"
#include "platform/file_system.hpp"

namespace catalogue {

/// How far a running job is: the newest of what it said.
struct JobProgress {
    std::string stage;  // empty before it said anything
    std::uint64_t objectsDone = 0;
    std::optional<std::uint64_t> objectsTotal;  // as far as known
    std::uint64_t bytesDone = 0;
    std::optional<std::uint64_t> bytesTotal;
    std::uint64_t readBytes = 0;
    std::uint64_t newBytes = 0;
    std::uint64_t storedBytes = 0;
    std::uint64_t faults = 0;
    std::uint64_t bytesPerSecond = 0;
    std::optional<std::uint64_t> secondsLeft;
    std::string current;  // the object it is at, made printable

    bool operator==(const JobProgress&) const = default;
};

/// As jobs tell it, a JSON object with the members of agent/app/README.md. What is missing is 0 or nothing.
JobProgress progressFrom(const json::JsonObject& object);

/// The files with the progress of jobs, in one folder. Not thread-safe; any number of processes may read
/// while one writes.
class ProgressFiles final {
public:
    /// `fileSystem` is not owned.
    ProgressFiles(const platform::FileSystem& fileSystem, std::string folder)
        : fileSystem_(fileSystem), folder_(std::move(folder)) {}

    /// Replaces what was told of the job, at once and not durably. Throws Error when the folder is missing or
    /// full.
    void write(JobId id, const JobProgress& progress) const;

    /// Nothing when none was told, or what is there makes no sense.
    [[nodiscard]] std::optional<JobProgress> read(JobId id) const;

    /// Of a job that has ended.
    void remove(JobId id) const;

private:
    [[nodiscard]] std::string fileOf(JobId id) const;

    const platform::FileSystem& fileSystem_;
    const std::string folder_;
};

}  // namespace catalogue
