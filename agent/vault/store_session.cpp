// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/store_session.hpp"

#include <algorithm>

#include "agent/vault/random.hpp"
#include "agent/vault/run_merge.hpp"
#include "agent/vault/sealed_object.hpp"

namespace vault {

namespace {

// Over a slow link this, not kCheckpointBytes, bounds what is lost. It also tells pruners that we live, so it
// must be much shorter than the time after which they take a session for dead.
constexpr std::chrono::minutes kCheckpointInterval{1};

}  // namespace

StoreSession::StoreSession(Vault& vault, const platform::Clock& clock, std::string client)
    : vault_(vault),
      clock_(clock),
      client_(std::move(client)),
      id_(randomId<SessionId>()),
      lastCheckpoint_(clock.steady()) {
    if (vault.usesFallbackState()) {
        throw base::Error(base::ErrorKind::Corrupt, "VAULT-0007", "The vault's journal cannot be read",
                          "Run 'hbr repair': it works the journal out again from the other objects.");
    }
    const auto state = vault_.journal().append([&](const VaultState&) {
        VaultChanges changes;
        changes.touchSessions.push_back(sessionInfo());
        return std::optional(changes);
    });
    isOpen_ = true;
    base_ = *state;
    checkedSequence_ = base_.sequence;
    vault_.takeState(base_);
    stage_ = std::make_unique<PackStage>(vault_.keys(), vault_.store(), base_.parityPercent, governor_,
                                         [this](std::vector<IndexEntry> entries, std::uint64_t packBytes) {
                                             onPackCommitted(std::move(entries), packBytes);
                                         });
}

StoreSession::~StoreSession() {
    try {
        close();
    } catch (...) {
        // A session that cannot say goodbye is ended by the next prune; there is nobody to tell here.
        static_cast<void>(base::currentError());
    }
}

SessionInfo StoreSession::sessionInfo() const { return {id_, client_, clock_.now()}; }

bool StoreSession::claim(const ChunkId& id) {
    {
        const std::lock_guard lock(claimedMutex_);
        if (claimed_.contains(id)) return false;
    }
    // Outside the lock: the lookup may read from the store.
    if (vault_.index().contains(id)) return false;
    const std::lock_guard lock(claimedMutex_);
    return claimed_.insert(id).second;
}

void StoreSession::onPackCommitted(std::vector<IndexEntry> entries, std::uint64_t packBytes) {
    storedBytes_.fetch_add(packBytes, std::memory_order_relaxed);
    {
        std::unique_lock lock(durableMutex_);
        durable_.insert(durable_.end(), entries.begin(), entries.end());
        durableBytes_ += packBytes;
        // One checkpoint at a time; whoever would begin another waits, so that what is held stays bounded.
        checkpointEnded_.wait(lock, [this] { return !isCheckpointing_ || !isCheckpointDue(); });
        if (!isCheckpointDue()) return;
        isCheckpointing_ = true;
    }
    const auto end = [this](const void*) noexcept {
        {
            const std::lock_guard lock(durableMutex_);
            isCheckpointing_ = false;
        }
        checkpointEnded_.notify_all();
    };
    const std::unique_ptr<const void, decltype(end)> ending(this, end);
    checkpoint();
}

bool StoreSession::isCheckpointDue() const {
    return durable_.size() >= kCheckpointEntries || durableBytes_ >= kCheckpointBytes ||
           clock_.steady() - lastCheckpoint_ > kCheckpointInterval;
}

void StoreSession::checkpoint() {
    const std::vector<IndexEntry> entries = writeRunOfDurable();
    nameWrittenRuns();
    if (entries.empty()) return;
    {
        // From here on the index answers for these chunks.
        const std::lock_guard lock(claimedMutex_);
        for (const IndexEntry& entry : entries) claimed_.erase(entry.id);
    }
    mergeSmallRuns(vault_, id_, MergeOwner::Session);
}

/// Puts the durable chunks that no run holds into a new one, and returns them.
std::vector<IndexEntry> StoreSession::writeRunOfDurable() {
    std::vector<IndexEntry> entries;
    {
        const std::lock_guard lock(durableMutex_);
        entries.swap(durable_);
        durableBytes_ = 0;
        lastCheckpoint_ = clock_.steady();
    }
    if (entries.empty()) return entries;
    try {
        const RunInfo run = writeRun(vault_, entries);
        storedBytes_.fetch_add(run.sizeBytes, std::memory_order_relaxed);
        const std::lock_guard lock(durableMutex_);
        written_.push_back({run, id_});
    } catch (...) {
        // For another attempt, when what fills the store has been given up.
        const std::lock_guard lock(durableMutex_);
        durable_.insert(durable_.end(), entries.begin(), entries.end());
        throw;
    }
    return entries;
}

std::vector<LiveRun> StoreSession::writtenRuns() {
    const std::lock_guard lock(durableMutex_);
    return written_;
}

void StoreSession::nameWrittenRuns() {
    const std::vector<LiveRun> runs = writtenRuns();
    if (runs.empty()) return;
    const auto after = vault_.journal().append([&](const VaultState& newest) {
        requireOpen(newest);
        VaultChanges changes;
        changes.touchSessions.push_back(sessionInfo());
        changes.addRuns = runs;
        return std::optional(changes);
    });
    vault_.takeState(*after);
    const std::lock_guard lock(durableMutex_);
    written_.clear();  // one checkpoint at a time, so that none has come in between
}

void StoreSession::makeDurable() {
    stage_->flush();
    checkpoint();
}

void StoreSession::prepareCommit() {
    stage_->flush();
    writeRunOfDurable();
}

void StoreSession::keepWhatIsDurable() {
    stage_.reset();
    checkpoint();
}

void StoreSession::requireOpen(const VaultState& state) const {
    if (state.findSession(id_) != nullptr) return;
    throw base::Error(
        base::ErrorKind::Busy, "VAULT-0010",
        "A prune or a repair took this run for dead and ended it, and may have removed what it had stored",
        "Run it again; what is still in the vault will be reused.", base::Retry::Later);
}

StoreSession::Commit StoreSession::commit(const PointRecord& point) {
    // Before the last word: while the session is open no prune touches the new run, and nothing that fails
    // here can turn a point that is made into a failed backup. For that reason, too, nothing is read behind
    // it.
    mergeSmallRuns(vault_, id_, MergeOwner::Nobody);
    // The journal makes the point; this copy is what a lost journal is rebuilt from. It goes first, so that
    // no point ever lacks it. Without the journal's word it counts for nothing, and the next prune sweeps it.
    const std::string copy = writePointCopy(point);
    Commit outcome = Commit::Done;
    std::uint64_t refusedAt = 0;
    const auto after = vault_.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
        requireOpen(newest);
        outcome = Commit::Done;
        if (newest.findCopy(point.id) != nullptr) {
            outcome = Commit::AlreadyThere;
            return std::nullopt;
        }
        // Invariant: I3. Between this state and our entry nothing can happen: another entry in between makes
        // the append come back here.
        if (newest.lastRemoval > checkedSequence_) {
            refusedAt = newest.sequence;
            outcome = Commit::CheckReliance;
            return std::nullopt;
        }
        VaultChanges changes;
        changes.addRuns = writtenRuns();
        changes.addPoints.push_back(point);
        changes.endSessions.push_back(id_);
        return changes;
    });
    if (after) {
        isOpen_ = false;
        vault_.takeState(*after);
        return Commit::Done;
    }
    vault_.refresh();
    if (outcome == Commit::CheckReliance) checkedSequence_ = refusedAt;
    vault_.store().remove(copy);
    // Whatever comes next, chunks are looked for in the index.
    nameWrittenRuns();
    return outcome;
}

std::string StoreSession::writePointCopy(const PointRecord& point) {
    base::Bytes plain;
    base::Encoder encoder(plain);
    encodePoint(encoder, point);
    std::string name = pointName(point.id);
    vault_.store().create(name, sealObject(vault_.keys(), ObjectKind::Point, name, plain));
    return name;
}

void StoreSession::close() {
    if (!isOpen_) return;
    isOpen_ = false;
    vault_.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
        if (newest.findSession(id_) == nullptr) return std::nullopt;
        VaultChanges changes;
        changes.endSessions.push_back(id_);
        return changes;
    });
}

}  // namespace vault
