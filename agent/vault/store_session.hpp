// SPDX-License-Identifier: Apache-2.0
// store_session.hpp: one writer's stay in a vault, from its first chunk to its restore point.
//
// Order of durability (invariants I1, I2): packs, then the index run that names them, then the journal entry
// that names the run; the last one names the restore point, too. From time to time a checkpoint makes what
// was stored so far known, so that a run that is interrupted is not repeated: the next one finds its chunks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "agent/vault/pack_stage.hpp"
#include "agent/vault/vault.hpp"
#include "platform/clock.hpp"

namespace vault {

/// Thread-safe, except where said.
class StoreSession final {
public:
    /// New chunks between two checkpoints; bounds the memory for chunks that no run names yet.
    static constexpr std::size_t kCheckpointEntries = 128 * 1024;
    /// Bytes stored between two checkpoints: what a killed run has to store again at most, if it is less than
    /// what goes through in a minute.
    static constexpr std::uint64_t kCheckpointBytes = base::kGiB;

    /// Begins a session in the journal. Throws Error (Corrupt) when the vault's journal is damaged.
    StoreSession(Vault& vault, const platform::Clock& clock, std::string client);
    /// Ends the session in the journal if it still can; what was stored stays for the next one to find.
    ~StoreSession();
    StoreSession(const StoreSession&) = delete;
    StoreSession& operator=(const StoreSession&) = delete;

    [[nodiscard]] const SessionId& id() const noexcept { return id_; }
    [[nodiscard]] Vault& vault() noexcept { return vault_; }
    [[nodiscard]] PackStage& stage() noexcept { return *stage_; }
    [[nodiscard]] CompressionGovernor& governor() noexcept { return governor_; }
    /// The vault when the session began; restore points in it may serve as parents.
    [[nodiscard]] const VaultState& baseState() const noexcept { return base_; }
    /// Bytes written to the vault so far.
    [[nodiscard]] std::uint64_t storedBytes() const noexcept {
        return storedBytes_.load(std::memory_order_relaxed);
    }

    /// True for the one caller that must store this chunk; false when the vault has it or another thread
    /// stores it.
    [[nodiscard]] bool claim(const ChunkId& id);

    /// Makes everything that was delivered durable and findable. All storers must have been flushed.
    void makeDurable();

    /// Makes everything that was delivered durable, for commit() to make it findable together with its point,
    /// which spares a step of the journal. All storers must have been flushed.
    void prepareCommit();

    /// After a failure: gives up what is not durable yet, which also frees its room, and makes what is
    /// findable for the next session. The session can only be closed afterwards.
    void keepWhatIsDurable();

    enum class Commit {
        Done,
        /// Chunks were taken out of the vault since the session began (prune, repair): what the point takes
        /// from earlier points must be checked against the index, which is up to date now, and stored again
        /// where it is missing.
        CheckReliance,
        /// Another client was first to copy the same point (haveSameOrigin()). The session stays open.
        AlreadyThere,
    };

    /// Makes a restore point visible. Durable when it returns Done. Call after prepareCommit() or
    /// makeDurable(), from one thread, each time with another id. Throws Error (Busy, "VAULT-0010") when the
    /// session was ended by somebody who took us for dead.
    Commit commit(const PointRecord& point);

    /// Throws Error (Busy, "VAULT-0010") when the session is not among those of the state: what it stored may
    /// be gone.
    void requireOpen(const VaultState& state) const;

    /// Ends the session without a restore point. What was stored is kept for the next session to find.
    void close();

private:
    void onPackCommitted(std::vector<IndexEntry> entries, std::uint64_t packBytes);
    [[nodiscard]] bool isCheckpointDue() const;
    void checkpoint();
    std::vector<IndexEntry> writeRunOfDurable();
    void nameWrittenRuns();
    [[nodiscard]] std::vector<LiveRun> writtenRuns();
    std::string writePointCopy(const PointRecord& point);
    SessionInfo sessionInfo() const;

    Vault& vault_;
    const platform::Clock& clock_;
    const std::string client_;
    const SessionId id_;
    VaultState base_;
    std::uint64_t checkedSequence_ = 0;  // what the point relies on was in the index as of this entry
    bool isOpen_ = false;
    std::atomic<std::uint64_t> storedBytes_ = 0;

    std::mutex claimedMutex_;  // guards claimed_
    std::unordered_set<ChunkId> claimed_;

    std::mutex durableMutex_;  // guards everything up to lastCheckpoint_
    std::condition_variable checkpointEnded_;
    bool isCheckpointing_ = false;
    std::vector<IndexEntry> durable_;  // that no run holds yet
    std::uint64_t durableBytes_ = 0;   // of the packs that hold them
    std::vector<LiveRun> written_;     // durable runs that the journal does not name yet
    std::chrono::nanoseconds lastCheckpoint_{};

    CompressionGovernor governor_;
    std::unique_ptr<PackStage> stage_;  // last, so that its threads end before what they use
};

}  // namespace vault
