// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/verify.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "agent/vault/index_check.hpp"
#include "agent/vault/live_marks.hpp"
#include "agent/vault/lost_directory.hpp"
#include "agent/vault/pack_check.hpp"

namespace vault {

namespace {

class Verification final {
public:
    Verification(Vault& vault, const VerifyOptions& options, const StageProgress& progress,
                 const base::CancelToken& cancel)
        : vault_(vault), options_(options), progress_(progress), cancel_(cancel), state_(vault.refresh()) {}

    VerifyReport run() {
        report_.points = state_.points.size();
        if (vault_.usesFallbackState())
            report_.problems.push_back({"journal", "The journal cannot be read."});
        checkIndex();
        checkPresence();
        checkCopies();
        if (options_.depth != VerifyDepth::Structure) checkContents();
        checkLostDirectories();
        checkPoints();
        return std::move(report_);
    }

private:
    void checkIndex() {
        std::uint64_t done = 0;
        for (const auto& run : vault_.index().runs()) {
            progress_("Checking the index", done++, vault_.index().runs().size());
            cancel_.throwIfCancelled();
            try {
                for (const PackId& pack : run->packs(IndexRun::Damage::Skip)) needed_.try_emplace(pack, 0);
                const IndexRun::Losses losses = run->forEachReadable([&](const IndexEntry& entry) {
                    ++report_.chunks;
                    std::uint64_t& end = needed_[entry.location.pack];
                    end = std::max(end,
                                   std::uint64_t{entry.location.segmentOffset} + entry.location.segmentBytes);
                });
                if (losses.blocks == 0) {
                    soundRuns_.push_back(run);
                } else {
                    report_.problems.push_back({runName(run->info().id), problemOfRun(*run, losses)});
                }
            } catch (const base::Error& error) {
                if (error.kind() != base::ErrorKind::Corrupt) throw;
                report_.problems.push_back({runName(run->info().id), error.message() + "."});
            }
        }
    }

    /// Every pack that the index names must be there. A listing may be behind, so what it lacks is asked for
    /// by name.
    void checkPresence() {
        std::map<PackId, std::uint64_t> listed;
        vault_.store().list("packs/", [&](const std::string& name, std::uint64_t sizeBytes) {
            if (const auto id = packIdOfName(name)) listed.emplace(*id, sizeBytes);
        });
        for (const auto& [pack, segmentsEnd] : needed_) {
            const auto found = listed.find(pack);
            const auto sizeBytes =
                found != listed.end() ? found->second : vault_.store().sizeOf(packName(pack));
            if (!sizeBytes) {
                report_.problems.push_back({packName(pack), "The pack is missing."});
                report_.lost.losePack(pack);
                continue;
            }
            if (*sizeBytes <
                std::max<std::uint64_t>(kLeastPackBytes, segmentsEnd + kTagBytes + kFooterBytes)) {
                lostDirectories_.emplace(pack, "it was cut short");
                continue;
            }
            present_.push_back(pack);
            totalBytes_ += *sizeBytes;
        }
        report_.packs = needed_.size();
    }

    /// The second copies: of restore points' records, and of keys.
    void checkCopies() {
        for (const PointRecord& point : state_.points) {
            const std::string why = problemOfPointCopy(vault_, point.id);
            if (!why.empty()) report_.problems.push_back({pointName(point.id), why});
        }
        for (const KeyCopyProblem& problem : checkKeyCopies(vault_.store(), false)) {
            report_.problems.push_back({problem.object, problem.sentence});
        }
    }

    /// Reads the packs, and compares what the index says of them with their directories.
    void checkContents() {
        IndexCheck indexCheck(vault_, std::exchange(soundRuns_, {}), cancel_);
        std::atomic<std::uint64_t> bytesDone = 0;
        checkPacks(vault_, present_, options_.depth, options_.workers, cancel_, bytesDone,
                   [&](const PackFinding& finding) {
                       progress_("Reading packs", bytesDone, totalBytes_);
                       indexCheck.compare(finding);
                       note(finding);
                   });
        report_.bytesRead = bytesDone;
        IndexCheck::Result result = indexCheck.finish(cancel_);
        if (!result.problem.empty()) report_.problems.push_back({"index", result.problem});
        for (const ChunkId& chunk : result.misplaced) report_.lost.loseChunk(chunk);
        for (const PackId& pack : result.distrusted) report_.lost.losePack(pack);
    }

    void note(const PackFinding& finding) {
        if (finding.isSound()) return;
        if (!finding.why.empty()) {
            lostDirectories_.emplace(finding.pack, finding.why);
            return;
        }
        report_.problems.push_back({packName(finding.pack), finding.problem()});
        for (const SegmentInfo& segment : finding.badSegments)
            report_.lost.loseSegment({finding.pack, segment.offset});
    }

    /// What packs that cannot tell themselves have lost, and what not.
    void checkLostDirectories() {
        if (lostDirectories_.empty()) return;
        auto named =
            namedSegments(vault_, [&](const PackId& pack) { return lostDirectories_.contains(pack); });
        for (const auto& [pack, why] : lostDirectories_) {
            cancel_.throwIfCancelled();
            report_.problems.push_back(
                {packName(pack), examineLostDirectory(vault_, pack, why, named[pack], report_.lost)});
        }
    }

    /// First all points together, sharing what they share; only when something is missing, each one by
    /// itself.
    void checkPoints() {
        LiveMarks marks(vault_, cancel_);
        bool isMissing = !report_.lost.isEmpty() || marks.sawDamagedRun();
        std::uint64_t done = 0;
        for (const PointRecord& point : state_.points) {
            progress_("Checking restore points", done++, state_.points.size());
            marks.markPoint(point, [&](const ChunkId&, LiveMarks::Lack) { isMissing = true; });
        }
        if (!isMissing) return;
        done = 0;
        for (const PointRecord& point : state_.points) {
            progress_("Finding what the damage touches", done++, state_.points.size());
            PointDamage damage = findPointDamage(vault_, point, report_.lost, cancel_);
            if (!damage.isWhole()) report_.damagedPoints.push_back(std::move(damage));
        }
    }

    Vault& vault_;
    const VerifyOptions options_;
    const StageProgress& progress_;
    const base::CancelToken& cancel_;
    const VaultState state_;
    VerifyReport report_;
    std::map<PackId, std::uint64_t> needed_;  // by the index, with the end of the last segment that it names
    std::vector<std::shared_ptr<IndexRun>> soundRuns_;
    std::map<PackId, std::string> lostDirectories_;  // with what became of them
    std::vector<PackId> present_;
    std::uint64_t totalBytes_ = 0;
};

}  // namespace

std::string problemOfRun(IndexRun& run, const IndexRun::Losses& losses) {
    return "A part of the index run is damaged: " + std::to_string(losses.entries) + " of the " +
           std::to_string(run.entryCount()) +
           " chunks that it names cannot be found through it. A repair works it out again from the packs.";
}

std::string problemOfPointCopy(Vault& vault, const PointId& point) {
    const std::string name = pointName(point);
    try {
        const auto stored = vault.store().read(name);
        if (!stored) return "The second copy of a restore point's record is missing.";
        const base::Bytes plain = openObject(vault.keys(), ObjectKind::Point, name, *stored);
        base::Decoder decoder(plain);
        static_cast<void>(decodePoint(decoder));
        return {};
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        return error.message() + ".";
    }
}

VerifyReport verify(Vault& vault, const VerifyOptions& options, const StageProgress& progress,
                    const base::CancelToken& cancel) {
    return Verification(vault, options, progress, cancel).run();
}

}  // namespace vault
