// SPDX-License-Identifier: Apache-2.0
// backup_pass.hpp: one walk over a source into a vault; what backups and copies have in common.
#pragma once

#include <functional>

#include "agent/engine/backup_sink.hpp"
#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/vault/store_session.hpp"

namespace engine {

/// How often a source is walked before a run gives up because another client prunes again and again.
inline constexpr int kMaxPasses = 5;

/// One walk over the source: everything that it finds is with the store stage afterwards. Used once, by one
/// thread.
class BackupPass final {
public:
    /// `workers` 0: one for each processor. Everything must outlive the pass.
    BackupPass(vault::StoreSession& session, unsigned workers, Progress& progress,
               const base::CancelToken& cancel);

    /// Calls `walk` and fills in what the point holds: tree, sizes, faults. `parent` is a point of this vault
    /// whose unchanged objects may be taken over, or nullptr.
    void run(const vault::PointRecord* parent, ParentTrust trust,
             const std::function<void(connectors::ObjectSink&)>& walk, vault::PointRecord& point);

    [[nodiscard]] FaultLog& faults() noexcept { return faults_; }

private:
    void openParent(const vault::PointRecord* parent, std::optional<vault::ChunkReader>& reader,
                    std::optional<vault::TreeCursor>& cursor);

    vault::StoreSession& session_;
    const unsigned workers_;
    Progress& progress_;
    const base::CancelToken cancel_;
    vault::ChunkStorer faultStorer_;
    FaultLog faults_;
};

/// Keeps what was stored so far for the next run, if the vault still takes it, and ends the session. The
/// failure that ended the run is the one to report, so nothing that fails here is.
void keepWhatWasStored(vault::StoreSession& session) noexcept;

}  // namespace engine
