// SPDX-License-Identifier: Apache-2.0
// job_process.hpp: a job in a process of its own.
//
// A crash in it, or in a library of a database's vendor, ends one job and not the service. The process reads
// its words from a file (job_file.hpp), says how far it is on its standard output (job_report.hpp), and stops
// when its standard input ends: when it is asked to, and when the service is gone, however that came about.
// Where the service may not write, systemd starts the process of a restore (handed_over_program.hpp): its
// streams are a connection then, and the path of the file is the first line of its input.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/unlock_key.hpp"
#include "agent/service/running_job.hpp"
#include "platform/child_process.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace service {

struct JobProcessSettings {
    /// The program and its first words; the path of the job's file follows.
    std::vector<std::string> program;
    /// Where files of jobs lie while they run; made when it is missing.
    std::string folder;
    /// How long a job may take to stop before it is ended by force.
    std::chrono::milliseconds patience = std::chrono::seconds(60);
    /// Where restores are handed over, to be done with rights that this process lacks (HBR_RESTORE_SOCKET);
    /// empty: they are child processes as other jobs are.
    std::string restoreSocket = {};
    /// What opens access keys that are encrypted under the logon password, once that was entered. It reaches
    /// a job as the first line of its standard input, after the word --key-on-input.
    std::function<std::optional<config::UnlockKey>()> unlockKey = {};
};

/// A process that works words off, and the file by which they travel; both end with this object, the process
/// by force when it still runs. Throws Error when it cannot be started. `fileSystem` is not owned.
class StartedJob final {
public:
    StartedJob(const platform::FileSystem& fileSystem, const JobProcessSettings& settings,
               const std::string& name, const std::vector<std::string>& words);
    StartedJob(const StartedJob&) = delete;
    StartedJob& operator=(const StartedJob&) = delete;
    ~StartedJob();

    [[nodiscard]] platform::ChildProcess& child() const noexcept { return *child_; }

private:
    void removeFile() const noexcept;

    const platform::FileSystem& fileSystem_;
    const std::string path_;
    std::unique_ptr<platform::ChildProcess> child_;
};

/// Starts jobs so. `fileSystem` and `clock` are not owned and outlive every job.
JobStarter jobProcesses(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                        JobProcessSettings settings);

/// Removes what a service that was killed left in the folder of its jobs. Called before any is started.
void sweepJobFiles(const platform::FileSystem& fileSystem, const std::string& folder);

}  // namespace service
