// SPDX-License-Identifier: Apache-2.0
// folder_browser.hpp: lists folders in restore points, for whoever looks for what to restore.
//
// A vault may be far away, and what reads it may crash: a process of its own looks, for a time that has an
// end, as a job's process does its work (job_process.hpp).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/json/json_object.hpp"
#include "agent/service/job_process.hpp"
#include "agent/vault/ids.hpp"
#include "platform/file_system.hpp"

namespace service {

/// Which part of which folder.
struct WantedFolder {
    std::string vault;
    vault::PointId point;
    std::string folder;  // a key; empty: the root
    std::string after;   // a key of an entry, which is left out as those before it are; empty: from the first
    std::uint64_t most = 0;
};

struct FolderPart {
    std::vector<json::JsonObject> entries;  // as 'hbr browse --json' tells them
    std::optional<std::string> next;        // 'after' of the next part, in hex; nothing: there is none
};

/// Thread-safe.
class FolderBrowser final {
public:
    /// Its processes, at once: each takes a worker of the page's server, and those are few.
    static constexpr unsigned kMostAtOnce = 3;
    static constexpr std::chrono::milliseconds kMostTime = std::chrono::seconds(30);

    /// `fileSystem` is not owned and outlives it. The settings' socket and patience do not matter here.
    FolderBrowser(const platform::FileSystem& fileSystem, JobProcessSettings settings,
                  std::chrono::milliseconds mostTime = kMostTime)
        : fileSystem_(fileSystem), settings_(std::move(settings)), mostTime_(mostTime) {}

    /// Throws Error: what the process says; Unavailable "JOB-0010" when it takes too long, "JOB-0011" when
    /// too many look already, and "JOB-0001" when it dies without a word.
    FolderPart look(const WantedFolder& wanted);

private:
    const platform::FileSystem& fileSystem_;
    const JobProcessSettings settings_;
    const std::chrono::milliseconds mostTime_;
    std::atomic<unsigned> running_ = 0;
};

}  // namespace service
