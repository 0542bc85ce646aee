// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/backup_job.hpp"

#include "agent/engine/backup_pass.hpp"
#include "agent/vault/random.hpp"

namespace engine {

namespace {

const vault::PointRecord* chooseParent(const vault::VaultState& state, const BackupRequest& request) {
    if (request.parent) return state.findPoint(*request.parent);
    for (auto point = state.points.rbegin(); point != state.points.rend(); ++point) {
        if (point->client == request.client && point->plan == request.plan &&
            point->sources == request.sources) {
            return &*point;
        }
    }
    return nullptr;
}

}  // namespace

BackupOutcome runBackup(vault::Vault& vault, const platform::Clock& clock, const BackupRequest& request,
                        Progress& progress, const base::CancelToken& cancel) {
    vault::StoreSession session(vault, clock, request.client);
    vault::PointRecord point;
    point.client = request.client;
    point.plan = request.plan;
    point.sources = request.sources;
    point.tags = request.tags;
    point.started = clock.now();
    const vault::PointRecord* parent = chooseParent(session.baseState(), request);
    if (parent != nullptr) point.parent = parent->id;
    auto trust = parent != nullptr && !session.baseState().isTrusted(parent->id) ? ParentTrust::CheckChunks
                                                                                 : ParentTrust::Full;
    try {
        for (int number = 1; number <= kMaxPasses; ++number, trust = ParentTrust::CheckChunks) {
            point.id = vault::randomId<vault::PointId>();
            BackupPass pass(session, request.workers, progress, cancel);
            pass.run(parent, trust, request.run, point);
            session.prepareCommit();
            cancel.throwIfCancelled();
            point.finished = clock.now();
            point.readBytes = progress.bytesRead;
            point.newBytes = progress.bytesNew;
            point.storedBytes = session.storedBytes();
            progress.bytesStored = point.storedBytes;
            if (session.commit(point) == vault::StoreSession::Commit::Done) {
                return {point, pass.faults().firstFaults(), pass.faults().warnings()};
            }
        }
    } catch (...) {
        keepWhatWasStored(session);
        throw;
    }
    throw base::Error(base::ErrorKind::Busy, "ENGINE-0001",
                      "Another client pruned the vault again and again while this backup ran",
                      "Run the backup again when the prunes are over.", base::Retry::Later);
}

}  // namespace engine
