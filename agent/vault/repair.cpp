// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/repair.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "agent/vault/index_check.hpp"
#include "agent/vault/live_marks.hpp"
#include "agent/vault/lost_directory.hpp"
#include "agent/vault/pack_check.hpp"
#include "agent/vault/run_merge.hpp"
#include "agent/vault/salvage.hpp"
#include "agent/vault/store_session.hpp"

namespace vault {

namespace {

/// Entries in one of the runs that a new index is first written as; bounds memory.
constexpr std::size_t kEntriesAtOnce = 256 * 1024;
constexpr int kMaxTries = 4;
/// Disks lose sectors here and there. When more packs than this, and more than a quarter of them all, have
/// lost something, a disk is missing or dying, and giving up what it holds is not for a repair to decide.
constexpr std::size_t kMostGivenUp = 16;

class Repair final {
public:
    Repair(Vault& vault, const RepairOptions& options, const StageProgress& progress,
           const base::CancelToken& cancel)
        : vault_(vault), options_(options), progress_(progress), cancel_(cancel) {}

    /// One attempt. False when what was worked out no longer fits: a prune took chunks away meanwhile, or a
    /// pack that was sound cannot be read any more.
    bool tryOnce() {
        state_ = vault_.refresh();
        if (vault_.usesFallbackState()) found("journal", "The journal cannot be read.");
        readIndex();
        examinePacks();
        examineLostDirectories();
        mayChange_ = !isDiskMissing() && !options_.dryRun;
        examinePlaces();
        examinePoints();
        examineKeys();
        const bool indexIsWrong = !damagedPacks_.empty() || lostPacks_ > 0 || runsAreDamaged_ ||
                                  placesAreWrong_ || vault_.usesFallbackState() || options_.rebuildIndex;
        if (mayChange_ && indexIsWrong && !rebuild()) return false;
        if (mayChange_) mendPoints();
        findDamage();
        return true;
    }

    [[nodiscard]] RepairReport takeReport() { return std::move(report_); }

private:
    void found(const std::string& object, const std::string& sentence) {
        report_.problems.push_back({object, sentence});
    }
    void mended(const std::string& object, const std::string& sentence) {
        report_.mended.push_back({object, sentence});
    }

    /// Keeps prunes away from the packs and runs that are written here. Without a journal there is no prune
    /// either.
    void beginSession() {
        if (!vault_.usesFallbackState()) session_.emplace(vault_, *clock_, "repair");
    }

    void readIndex() {
        for (const auto& run : vault_.index().runs()) {
            try {
                for (const PackId& pack : run->packs(IndexRun::Damage::Skip)) indexed_.insert(pack);
                const IndexRun::Losses losses = run->forEachReadable([](const IndexEntry&) {});
                readableRuns_.push_back(run);
                if (losses.blocks == 0) {
                    soundRuns_.push_back(run);
                } else {
                    noteDamagedRun(*run, problemOfRun(*run, losses));
                }
            } catch (const base::Error& error) {
                if (error.kind() != base::ErrorKind::Corrupt) throw;
                noteDamagedRun(*run, error.message() + ".");
            }
        }
        indexCheck_.emplace(vault_, soundRuns_, cancel_);
    }

    void noteDamagedRun(const IndexRun& run, const std::string& sentence) {
        runsAreDamaged_ = true;
        found(runName(run.info().id), sentence);
    }

    /// What readIndex() could read is compared with the packs' directories.
    void examinePlaces() {
        const IndexCheck::Result result = indexCheck_->finish(cancel_);
        if (result.problem.empty()) return;
        placesAreWrong_ = true;
        found("index", result.problem);
    }

    void examinePacks() {
        std::vector<PackId> packs;
        std::uint64_t totalBytes = 0;
        const std::set<PackId> condemned(state_.condemnedPacks.begin(), state_.condemnedPacks.end());
        vault_.store().list("packs/", [&](const std::string& name, std::uint64_t sizeBytes) {
            const auto id = packIdOfName(name);
            if (!id || condemned.contains(*id)) return;
            packs.push_back(*id);
            totalBytes += sizeBytes;
        });
        const std::set<PackId> listed(packs.begin(), packs.end());
        for (const PackId& pack : indexed_) {
            if (listed.contains(pack)) continue;
            if (vault_.store().sizeOf(packName(pack))) {
                packs.push_back(pack);
                continue;
            }
            found(packName(pack), "The pack is missing.");
            lost_.losePack(pack);
            ++lostPacks_;
        }
        std::atomic<std::uint64_t> bytesDone = 0;
        checkPacks(vault_, packs, VerifyDepth::Seals, options_.workers, cancel_, bytesDone,
                   [&](const PackFinding& finding) {
                       progress_("Reading packs", bytesDone, totalBytes);
                       notePack(finding);
                   });
        report_.packsChecked = packs.size();
    }

    /// True when so much cannot be read that nothing may be given up. Says so.
    bool isDiskMissing() {
        const std::size_t packs = soundPacks_.size() + damagedPacks_.size();
        if (unreadablePacks_.size() <= kMostGivenUp || unreadablePacks_.size() <= packs / 4) return false;
        found("packs",
              std::to_string(unreadablePacks_.size()) + " of " + std::to_string(packs) +
                  " packs cannot be read whole: a disk is missing or dying. Nothing was changed, so "
                  "that nothing is given up that may come back. Connect what is missing; or copy the "
                  "vault's folder to a sound disk, without what cannot be read, and repair it there.");
        return true;
    }

    void notePack(const PackFinding& finding) {
        indexCheck_->compare(finding);
        parityPercent_ = std::max(parityPercent_, finding.parityPercent);
        if (finding.isSound()) {
            soundPacks_.push_back(finding.pack);
            return;
        }
        if (finding.why.empty()) {
            found(packName(finding.pack), finding.problem());
        } else {
            lostDirectories_.emplace(finding.pack, finding.why);
        }
        damagedPacks_.emplace(finding.pack, finding.goodSegments);
        if (finding.isComplete()) {
            healedPacks_.insert(finding.pack);
        } else if (finding.isUnreadable) {
            unreadablePacks_.insert(finding.pack);
        }
        for (const SegmentInfo& segment : finding.badSegments)
            lost_.loseSegment({finding.pack, segment.offset});
    }

    void examineLostDirectories() {
        if (lostDirectories_.empty()) return;
        auto named =
            namedSegments(vault_, [&](const PackId& pack) { return lostDirectories_.contains(pack); });
        for (const auto& [pack, why] : lostDirectories_) {
            cancel_.throwIfCancelled();
            found(packName(pack), examineLostDirectory(vault_, pack, why, named[pack], lost_));
        }
    }

    void examinePoints() {
        for (const PointRecord& point : state_.points) {
            const std::string why = problemOfPointCopy(vault_, point.id);
            if (why.empty()) continue;
            found(pointName(point.id), why);
            pointsToWrite_.push_back(point);
        }
        if (!vault_.usesFallbackState()) return;
        vault_.store().list("points/", [&](const std::string& name, std::uint64_t) {
            const auto id = pointIdOfName(name);
            if (id && state_.findPoint(*id) == nullptr) {
                found(name,
                      "The record of a restore point is damaged and its other copy, in the journal, too: it "
                      "is lost.");
            }
        });
    }

    void examineKeys() {
        for (const KeyCopyProblem& problem : checkKeyCopies(vault_.store(), mayChange_)) {
            found(problem.object, problem.sentence);
            if (problem.isMended) mended(problem.object, "Written again from its other copy.");
        }
    }

    /// Writes the index anew from the packs, moving what is whole out of damaged ones. False when it came too
    /// late, or a pack is not what it was.
    bool rebuild() {
        beginSession();
        std::vector<RunInfo> newRuns;
        std::vector<IndexEntry> entries;
        const auto spill = [&](std::size_t atLeast) {
            if (entries.size() < atLeast || entries.empty()) return;
            newRuns.push_back(writeRun(vault_, entries));
            entries.clear();
        };
        std::uint64_t done = 0;
        for (const PackId& pack : soundPacks_) {
            cancel_.throwIfCancelled();
            progress_("Rebuilding the index", done++, soundPacks_.size());
            std::string why;
            const auto reader = PackReader::open(vault_.keys(), vault_.store(), pack, why);
            // Gone, or damaged since it was examined. Without its chunks in the index it would be a leftover,
            // and a prune would remove it; so it is examined again, with all the others.
            if (!reader) return false;
            appendEntries(pack, reader->segments(), entries);
            spill(kEntriesAtOnce);
        }
        if (!damagedPacks_.empty()) {
            const auto saved = salvagePacks(vault_, chosenParity(), damagedPacks_, cancel_, progress_);
            report_.chunksRecovered += saved.size();
            entries.insert(entries.end(), saved.begin(), saved.end());
        }
        spill(1);
        if (!announce(newRuns)) return false;
        mended("index", "Worked out again from the packs.");
        for (const auto& [pack, segments] : damagedPacks_) {
            mended(packName(pack), fateOf(pack));
        }
        countLostChunks();
        return true;
    }

    /// What became of a damaged pack.
    const char* fateOf(const PackId& pack) const {
        if (healedPacks_.contains(pack)) return "All that was in it was moved to another pack.";
        if (!unreadablePacks_.contains(pack)) return "What is whole in it was moved to another pack.";
        return "What can be read of it was moved to another pack. The rest is given up, even if the disk "
               "could "
               "read it again: the next prune removes the pack.";
    }

    /// Packs remember what the journal has lost.
    [[nodiscard]] unsigned chosenParity() const {
        return vault_.usesFallbackState() ? parityPercent_ : state_.parityPercent;
    }

    /// One journal entry makes the new index the vault's index. It ends every session: their unannounced
    /// packs are in the new index, where they belong to nobody.
    bool announce(const std::vector<RunInfo>& newRuns) {
        if (vault_.usesFallbackState()) {
            VaultState state = state_;
            state.runs.clear();
            state.sessions.clear();
            state.parityPercent = chosenParity();
            for (const RunInfo& run : newRuns) state.runs.push_back({run, {}});
            for (const auto& [pack, segments] : damagedPacks_) state.condemnedPacks.push_back(pack);
            vault_.journal().restart(state);
            vault_.useJournal();
            mended("journal", "Begun anew from what the other objects tell.");
            return true;
        }
        const auto after =
            vault_.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
                session_->requireOpen(newest);
                if (newest.lastRemoval > state_.sequence) return std::nullopt;
                VaultChanges changes;
                // Runs that came after the state was read name packs that were perhaps not seen; they stay.
                // But when old runs have gone into one of them, so have the places in damaged packs.
                for (const LiveRun& run : state_.runs) {
                    if (!newest.hasRun(run.info.id)) return std::nullopt;
                    changes.removeRuns.push_back(run.info.id);
                }
                for (const SessionInfo& session : newest.sessions) {
                    if (session.id != session_->id()) changes.endSessions.push_back(session.id);
                }
                for (const RunInfo& run : newRuns) changes.addRuns.push_back({run, {}});
                for (const auto& [pack, segments] : damagedPacks_) changes.condemnPacks.push_back(pack);
                changes.distrustPoints = true;
                return changes;
            });
        vault_.refresh();
        return after.has_value();
    }

    void countLostChunks() {
        for (const auto& run : readableRuns_) {
            run->forEachReadable([&](const IndexEntry& entry) {
                if (!vault_.index().contains(entry.id)) ++report_.chunksLost;
            });
        }
    }

    void mendPoints() {
        for (const PointRecord& point : pointsToWrite_) {
            const std::string name = pointName(point.id);
            base::Bytes plain;
            base::Encoder encoder(plain);
            encodePoint(encoder, point);
            vault_.store().remove(name);
            vault_.store().create(name, sealObject(vault_.keys(), ObjectKind::Point, name, plain));
            mended(name, "Written again from the journal.");
        }
    }

    void findDamage() {
        // Where nothing was changed, what is lost is in the index still.
        const DamageMap none;
        const DamageMap& lost = mayChange_ ? none : lost_;
        LiveMarks marks(vault_, cancel_);
        bool isMissing = marks.sawDamagedRun() || !lost.isEmpty();
        for (const PointRecord& point : vault_.state().points) {
            marks.markPoint(point, [&](const ChunkId&, LiveMarks::Lack) { isMissing = true; });
        }
        if (!isMissing) return;
        std::uint64_t done = 0;
        const VaultState state = vault_.state();
        for (const PointRecord& point : state.points) {
            progress_("Finding what is lost", done++, state.points.size());
            PointDamage damage = findPointDamage(vault_, point, lost, cancel_);
            if (!damage.isWhole()) report_.damagedPoints.push_back(std::move(damage));
        }
    }

    Vault& vault_;
    const RepairOptions options_;
    const StageProgress& progress_;
    const base::CancelToken& cancel_;
    const std::unique_ptr<platform::Clock> clock_ = platform::makeSystemClock();
    std::optional<StoreSession> session_;
    VaultState state_;
    RepairReport report_;
    std::set<PackId> indexed_;
    std::vector<std::shared_ptr<IndexRun>> soundRuns_;
    std::map<PackId, std::string> lostDirectories_;        // with what became of them
    std::vector<std::shared_ptr<IndexRun>> readableRuns_;  // with those that have lost some of their blocks
    bool runsAreDamaged_ = false;
    std::optional<IndexCheck> indexCheck_;
    bool placesAreWrong_ = false;
    std::vector<PackId> soundPacks_;
    std::map<PackId, std::vector<SegmentInfo>>
        damagedPacks_;                  // with the segments that are whole, as far as known
    unsigned parityPercent_ = 0;        // the most that a pack tells of
    std::set<PackId> healedPacks_;      // those damaged ones of which nothing is lost
    std::set<PackId> unreadablePacks_;  // those of which the disk has lost something for good
    DamageMap lost_;
    bool mayChange_ = false;
    std::uint64_t lostPacks_ = 0;
    std::vector<PointRecord> pointsToWrite_;
};

}  // namespace

RepairReport repair(Vault& vault, const RepairOptions& options, const StageProgress& progress,
                    const base::CancelToken& cancel) {
    for (int i = 0; i < kMaxTries; ++i) {
        Repair repair(vault, options, progress, cancel);
        if (repair.tryOnce()) return repair.takeReport();
    }
    throw base::Error(
        base::ErrorKind::Busy, "VAULT-0018", "The vault changed again and again while it was being repaired",
        "Nothing was lost. Run the repair again while no other client works; if it ends like this "
        "then, too, the disk is failing: copy the vault to another one.",
        base::Retry::Later);
}

}  // namespace vault
