// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/prune.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "agent/vault/live_marks.hpp"
#include "agent/vault/pack_rewriter.hpp"
#include "agent/vault/pack_usage.hpp"
#include "agent/vault/run_merge.hpp"
#include "agent/vault/store_session.hpp"

namespace vault {

namespace {

constexpr int kMaxTries = 8;
constexpr std::chrono::seconds kLeastUploadAge = std::chrono::hours(24);

base::Error cannotTell(const std::string& what) {
    return base::Error(base::ErrorKind::Corrupt, "VAULT-0015",
                       "The vault is damaged (" + what + "), so it is not certain what can be removed",
                       "Nothing was changed. Run 'hbr repair' first; it keeps everything that can be kept.");
}

/// Everything that was in the store before the journal was read. A writer that made one of these objects had
/// begun its session before, so the journal tells of it.
struct Listing {
    std::map<PackId, std::uint64_t> packs;
    std::vector<RunId> runs;
    std::vector<PointId> points;
};

Listing listObjects(ObjectStore& store) {
    Listing listing;
    store.list("packs/", [&](const std::string& name, std::uint64_t sizeBytes) {
        if (const auto id = packIdOfName(name)) listing.packs.emplace(*id, sizeBytes);
    });
    store.list("index/", [&](const std::string& name, std::uint64_t) {
        if (const auto id = RunId::fromHex(std::string_view(name).substr(6))) listing.runs.push_back(*id);
    });
    store.list("points/", [&](const std::string& name, std::uint64_t) {
        if (const auto id = pointIdOfName(name)) listing.points.push_back(*id);
    });
    return listing;
}

class Prune final {
public:
    Prune(Vault& vault, const platform::Clock& clock, const PruneOptions& options,
          const StageProgress& progress, const base::CancelToken& cancel)
        : vault_(vault), clock_(clock), options_(options), progress_(progress), cancel_(cancel) {}

    PruneReport run() {
        if (!options_.dryRun) sweep();
        listing_ = listObjects(vault_.store());
        report_.packsBefore = listing_.packs.size();
        for (const auto& [id, sizeBytes] : listing_.packs) report_.bytesBefore += sizeBytes;
        endDeadSessions();
        for (int i = 0; i < kMaxTries; ++i) {
            cancel_.throwIfCancelled();
            if (tryUndisturbed()) return report_;
        }
        throw base::Error(base::ErrorKind::Busy, "VAULT-0016",
                          "Other clients changed the vault again and again while it was being pruned",
                          "Nothing was lost. Run the prune again at a quieter time.", base::Retry::Later);
    }

private:
    void endDeadSessions() {
        // A session from far in the future is as dead as one from long ago: its clock was wrong, or ours is.
        const std::int64_t now = clock_.now().seconds;
        const std::int64_t timeout = std::chrono::seconds(options_.sessionTimeout).count();
        if (options_.dryRun) {
            vault_.refresh();
            return;
        }
        vault_.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
            VaultChanges changes;
            for (const SessionInfo& session : newest.sessions) {
                const std::int64_t seen = session.lastSeen.seconds;
                if (seen <= now - timeout || seen >= now + timeout) changes.endSessions.push_back(session.id);
            }
            report_.sessionsEnded = changes.endSessions.size();
            if (changes.endSessions.empty()) return std::nullopt;
            return changes;
        });
        vault_.refresh();
    }

    void sweep() {
        // A writer that is taken for alive is left its unfinished uploads.
        const auto oldest = std::max<std::chrono::seconds>(kLeastUploadAge, options_.sessionTimeout).count();
        try {
            vault_.store().sweepUnfinished(
                [&](std::uint64_t age) { return age > static_cast<std::uint64_t>(oldest); });
        } catch (const base::Error& error) {
            using base::ErrorKind;
            if (error.kind() != ErrorKind::Denied && error.kind() != ErrorKind::Unsupported) throw;
            report_.sweepRefusal = error.what();
        }
    }

    /// One attempt; false when others changed what the plan rests on. What another prune took away under our
    /// hands looks like damage, until one looks into the journal.
    bool tryUndisturbed() {
        const VaultState before = vault_.refresh();
        try {
            return tryOnce(before);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            const VaultState after = vault_.refresh();
            const auto isGone = [&](const auto& run) { return !after.hasRun(run.info.id); };
            if (std::none_of(before.runs.begin(), before.runs.end(), isGone)) throw;
            return false;
        }
    }

    bool tryOnce(const VaultState& state) {
        report_.openSessions = state.sessions.size();
        LiveMarks marks(vault_, cancel_);
        markAll(marks, state);
        const PrunePlan plan = planPrune(vault_, state, marks, options_.allowedWaste);
        report_.chunksRemoved = plan.deadChunks;
        report_.packsRemoved = plan.remove.size();
        report_.packsRewritten = plan.rewrite.size();
        if (options_.dryRun) {
            countRemovals(plan);
            return true;
        }
        if (plan.changesIndex() && !replaceIndex(state, marks, plan)) return false;
        deleteWhatIsCondemned();
        deleteLeftovers();
        vault_.journal().dropOldEntries();
        return true;
    }

    void markAll(LiveMarks& marks, const VaultState& state) {
        std::uint64_t done = 0;
        for (const PointRecord& point : state.points) {
            progress_("Finding what is needed", done++, state.points.size());
            markPoint(marks, state, point);
        }
        if (marks.sawDamagedRun()) throw cannotTell("a part of its index cannot be read");
        // Runs of open sessions are not marked: planPrune() leaves them alone, and a mark would say that what
        // their chunks refer to had been looked at.
    }

    void markPoint(LiveMarks& marks, const VaultState& state, const PointRecord& point) {
        const bool knownDamaged = !state.isTrusted(point.id);
        marks.markPoint(point, [&](const ChunkId&, LiveMarks::Lack lack) {
            // Missing data hides nothing else; a missing node might. A repair has reported what older points
            // lack, and taken it out of the index: a node that is in it has been lost since, or for now.
            if (lack == LiveMarks::Lack::Content) return;
            if (lack == LiveMarks::Lack::AbsentNode && knownDamaged) return;
            throw cannotTell("the tree of a restore point cannot be read");
        });
    }

    void countRemovals(const PrunePlan& plan) {
        for (const auto& [id, sizeBytes] : listing_.packs) {
            if (plan.takesAway(id)) report_.bytesRemoved += sizeBytes;
        }
    }

    /// Phase 1. False when the plan no longer fits.
    bool replaceIndex(const VaultState& planned, LiveMarks& marks, const PrunePlan& plan) {
        StoreSession session(vault_, clock_, "prune");
        PackRewriter rewriter(vault_, marks, plan, options_.workers, cancel_, progress_);
        std::vector<RunInfo> newRuns = rewriter.rewritePacks();
        newRuns.push_back(rewriter.writeRemainingIndex());
        std::erase_if(newRuns, [&](const RunInfo& run) {
            if (run.entries == 0) vault_.store().remove(runName(run.id));
            return run.entries == 0;
        });
        const std::uint64_t marksBefore = marks.markedIn(plan.runs);
        const auto after =
            vault_.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
                session.requireOpen(newest);
                VaultChanges changes;
                for (const RunInfo& run : plan.runs) {
                    if (!newest.hasRun(run.id)) return std::nullopt;
                    changes.removeRuns.push_back(run.id);
                }
                // Points committed since must not need what the plan takes away: everything they need must be
                // marked already or lie in runs that the plan leaves alone.
                vault_.refresh();
                marks.addRuns(vault_.index().runs());
                for (const PointRecord& point : newest.points) {
                    if (planned.findPoint(point.id) == nullptr) markPoint(marks, newest, point);
                }
                if (marks.sawDamagedRun()) throw cannotTell("a part of its index cannot be read");
                if (marks.markedIn(plan.runs) != marksBefore) return std::nullopt;
                for (const RunInfo& run : newRuns) changes.addRuns.push_back({run, {}});
                changes.condemnPacks.assign(plan.remove.begin(), plan.remove.end());
                changes.condemnPacks.insert(changes.condemnPacks.end(), plan.rewrite.begin(),
                                            plan.rewrite.end());
                return changes;
            });
        vault_.refresh();
        if (!after) {
            rewriter.discard(newRuns);
            return false;
        }
        report_.bytesWritten += rewriter.bytesWritten();
        return true;
    }

    /// Phase 2.
    void deleteWhatIsCondemned() {
        const VaultState state = vault_.refresh();
        std::uint64_t done = 0;
        for (const PackId& pack : state.condemnedPacks) {
            progress_("Removing packs", done++, state.condemnedPacks.size());
            const auto listed = listing_.packs.find(pack);
            if (listed != listing_.packs.end()) report_.bytesRemoved += listed->second;
            vault_.store().remove(packName(pack));
        }
        vault_.store().sync();
        if (state.condemnedPacks.empty()) return;
        vault_.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
            VaultChanges changes;
            const std::set<PackId> condemned(newest.condemnedPacks.begin(), newest.condemnedPacks.end());
            for (const PackId& pack : state.condemnedPacks) {
                if (condemned.contains(pack)) changes.forgetPacks.push_back(pack);
            }
            if (changes.forgetPacks.empty()) return std::nullopt;
            return changes;
        });
    }

    /// Removes objects that the journal does not know: what interrupted runs left behind, and what was
    /// replaced. While a session is open they may be its own, not yet announced.
    void deleteLeftovers() {
        const VaultState state = vault_.refresh();
        if (!state.sessions.empty()) return;
        for (const PointId& point : listing_.points) {
            if (state.findPoint(point) == nullptr) vault_.store().remove(pointName(point));
        }
        for (const RunId& run : listing_.runs) {
            if (!state.hasRun(run)) vault_.store().remove(runName(run));
        }
        std::set<PackId> known;
        for (const auto& run : vault_.index().runs()) {
            for (const PackId& pack : run->packs()) known.insert(pack);
        }
        for (const auto& [pack, sizeBytes] : listing_.packs) {
            if (known.contains(pack)) continue;
            vault_.store().remove(packName(pack));
            ++report_.leftoversRemoved;
        }
        vault_.store().sync();
    }

    Vault& vault_;
    const platform::Clock& clock_;
    const PruneOptions options_;
    const StageProgress& progress_;
    const base::CancelToken cancel_;
    Listing listing_;
    PruneReport report_;
};

}  // namespace

PruneReport prune(Vault& vault, const platform::Clock& clock, const PruneOptions& options,
                  const StageProgress& progress, const base::CancelToken& cancel) {
    if (vault.usesFallbackState()) throw cannotTell("its journal cannot be read");
    return Prune(vault, clock, options, progress, cancel).run();
}

std::uint64_t forgetPoints(Vault& vault, const std::vector<PointId>& points) {
    std::vector<PointId> removed;
    const auto after = vault.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
        removed.clear();
        for (const PointId& point : points) {
            if (newest.findPoint(point) != nullptr) removed.push_back(point);
        }
        if (removed.empty()) return std::nullopt;
        VaultChanges changes;
        changes.removePoints = removed;
        return changes;
    });
    if (!after) return 0;
    // Only behind the journal entry: a point's own object would bring it back if the journal were lost now.
    for (const PointId& point : removed) vault.store().remove(pointName(point));
    vault.store().sync();
    vault.refresh();
    return removed.size();
}

}  // namespace vault
