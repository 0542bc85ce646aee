// SPDX-License-Identifier: Apache-2.0
// backup_job.hpp: one backup from beginning to end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/vault/point_record.hpp"
#include "agent/vault/vault.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"
#include "platform/clock.hpp"

namespace engine {

struct BackupRequest {
    std::string client;
    std::string plan;
    std::vector<std::string> sources;
    std::vector<std::string> tags;
    /// Walks the source. Called again, from the start, when another client's prune took away chunks that the
    /// point needs.
    std::function<void(connectors::ObjectSink&)> run;
    /// The point to compare with; without it, the newest of the same client, plan and sources.
    std::optional<vault::PointId> parent;
    unsigned workers = 0;  // 0: one for each processor
};

struct BackupOutcome {
    vault::PointRecord point;
    std::vector<Fault> faults;  // the first ones, warnings among them
    std::uint64_t warnings = 0;
};

/// Runs a backup. The restore point is durable on return. Throws Error when there is none: Cancelled, or
/// whatever kept the vault from taking it; what was stored until then is kept for the next run.
BackupOutcome runBackup(vault::Vault& vault, const platform::Clock& clock, const BackupRequest& request,
                        Progress& progress, const base::CancelToken& cancel);

}  // namespace engine
