// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/index_check.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace vault {

namespace {

constexpr int kMaxTries = 3;
/// Directory entries that are compared in one pass over the index; bounds memory.
constexpr std::size_t kEntriesAtOnce = 128 * 1024;
/// Misplaced chunks that are named one by one; bounds memory.
constexpr std::size_t kNamedChunks = 64 * 1024;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
}

/// Covers every bit of the entry but the pack. Against faults, not against malice: those who can write runs
/// hold the keys.
std::uint64_t hashOf(const IndexEntry& entry) {
    std::uint64_t hash = 0;
    const base::ByteView id = entry.id.view();
    for (std::size_t i = 0; i < id.size(); i += 8) {
        hash = mix(hash, base::loadLittleEndian<std::uint64_t>(id.data() + i));
    }
    const ChunkLocation& at = entry.location;
    hash = mix(hash, std::uint64_t{at.segmentOffset} << 32 | at.segmentBytes);
    return mix(hash, std::uint64_t{at.chunkOffset} << 32 | at.chunkBytes);
}

std::string couldNotCompare(const std::string& why) {
    return "The index could not be compared with the packs: " + why + ".";
}

}  // namespace

void IndexCheck::Tally::add(const IndexEntry& entry) {
    ++entries;
    hash += hashOf(entry);
}

/// The directories of some packs, as the entries that the index should have.
class IndexCheck::Batch final {
public:
    void add(const PackId& pack, const std::vector<SegmentInfo>& segments) {
        packs_.insert(pack);
        appendEntries(pack, segments, entries_);
    }

    [[nodiscard]] bool isEmpty() const noexcept { return packs_.empty(); }
    [[nodiscard]] bool isFull() const noexcept { return entries_.size() >= kEntriesAtOnce; }

    /// Comes between add() and contradicts().
    void sort() { std::sort(entries_.begin(), entries_.end(), isBefore); }

    /// True when an entry names one of these packs, and that does not hold the chunk there.
    [[nodiscard]] bool contradicts(const IndexEntry& entry) const {
        if (!packs_.contains(entry.location.pack)) return false;
        const auto [first, last] = std::equal_range(entries_.begin(), entries_.end(), entry, isBefore);
        return std::none_of(first, last,
                            [&](const IndexEntry& own) { return own.location == entry.location; });
    }

private:
    static bool isBefore(const IndexEntry& a, const IndexEntry& b) { return a.id < b.id; }

    std::unordered_set<PackId> packs_;
    std::vector<IndexEntry> entries_;
};

IndexCheck::IndexCheck(Vault& vault, std::vector<std::shared_ptr<IndexRun>> runs,
                       const base::CancelToken& cancel)
    : vault_(vault), runs_(std::move(runs)) {
    for (const auto& run : vault_.index().runs()) {
        if (std::find(runs_.begin(), runs_.end(), run) == runs_.end()) unreadable_.push_back(run->info().id);
    }
    visitIndex([&] { indexed_.clear(); },
               [&](const IndexEntry& entry) { indexed_[entry.location.pack].add(entry); }, cancel);
}

void IndexCheck::compare(const PackFinding& finding) {
    if (!finding.why.empty() || !failure_.empty()) return;
    const auto indexed = indexed_.find(finding.pack);
    if (indexed == indexed_.end()) return;  // what the index does not name, it cannot name wrongly
    std::vector<IndexEntry> entries;
    appendEntries(finding.pack, finding.goodSegments, entries);
    appendEntries(finding.pack, finding.badSegments, entries);
    Tally held;
    for (const IndexEntry& entry : entries) held.add(entry);
    if (held != indexed->second) suspects_.push_back(finding.pack);
}

IndexCheck::Result IndexCheck::finish(const base::CancelToken& cancel) {
    Result result;
    indexed_.clear();
    Batch batch;
    for (const PackId& pack : std::exchange(suspects_, {})) {
        cancel.throwIfCancelled();
        std::string why;
        const auto reader = PackReader::open(vault_.keys(), vault_.store(), pack, why);
        if (!reader) continue;  // it has gone since it was examined, and the chunks have moved
        batch.add(pack, reader->segments());
        if (batch.isFull()) comparePlaces(std::exchange(batch, {}), cancel, result);
    }
    if (!batch.isEmpty()) comparePlaces(std::move(batch), cancel, result);
    if (result.wrongEntries > 0) {
        result.problem =
            "Chunks for which the index names a wrong place: " + std::to_string(result.wrongEntries) + ".";
    } else if (!failure_.empty()) {
        result.problem = couldNotCompare(failure_);
    }
    return result;
}

void IndexCheck::comparePlaces(Batch batch, const base::CancelToken& cancel, Result& result) {
    batch.sort();
    const std::size_t room = kNamedChunks - result.misplaced.size();
    std::uint64_t wrongEntries = 0;
    std::vector<ChunkId> misplaced;
    std::unordered_set<PackId> distrusted;
    const auto restart = [&] {
        wrongEntries = 0;
        misplaced.clear();
        distrusted.clear();
    };
    const auto visit = [&](const IndexEntry& entry) {
        if (!batch.contradicts(entry)) return;
        ++wrongEntries;
        if (misplaced.size() < room) {
            misplaced.push_back(entry.id);
        } else {
            distrusted.insert(entry.location.pack);
        }
    };
    visitIndex(restart, visit, cancel);
    result.wrongEntries += wrongEntries;
    result.misplaced.insert(result.misplaced.end(), misplaced.begin(), misplaced.end());
    result.distrusted.insert(result.distrusted.end(), distrusted.begin(), distrusted.end());
}

/// Shows every entry that readers find. When another client merged the runs meanwhile, begins anew with those
/// that are live by then.
void IndexCheck::visitIndex(const std::function<void()>& restart,
                            const std::function<void(const IndexEntry&)>& visit,
                            const base::CancelToken& cancel) {
    for (int i = 0; i < kMaxTries; ++i) {
        restart();
        try {
            if (i > 0) renewRuns();
            mergeRuns(runs_, [&](const IndexEntry& entry) {
                cancel.throwIfCancelled();
                visit(entry);
            });
            return;
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            if (i + 1 == kMaxTries) failure_ = error.message();
        }
    }
    restart();
}

void IndexCheck::renewRuns() {
    vault_.refresh();
    runs_ = vault_.index().runs();
    std::erase_if(runs_, [&](const std::shared_ptr<IndexRun>& run) {
        return std::find(unreadable_.begin(), unreadable_.end(), run->info().id) != unreadable_.end();
    });
}

}  // namespace vault
