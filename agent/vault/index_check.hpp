// SPDX-License-Identifier: Apache-2.0
// index_check.hpp: compares the places that the index names with what the packs' directories say.
//
// A seal proves that a run is as it was written, not that what was written is true: a bug, or faulty memory,
// can seal an entry that names a wrong place. Reads there fail, although the chunk is safe in its pack.
//
// The index names fewer places than the packs hold (a chunk that was stored twice is found in one place
// only), so a pack's directory must hold what the index says of the pack, and may hold more. Looking up
// millions of chunks one by one would read the index at random, so the comparison takes two steps:
//
//   1. One pass over the merged runs counts the entries of each pack and adds up a hash of them; the order
//      does not matter. A pack whose directory gives the same is in order. Nearly all are.
//   2. The directories of the others are read again, some at a time, and the merged runs pass by them.
//
// An entry is compared with the very pack that it names, and packs never change, so other clients that move
// chunks meanwhile cause no false alarm.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/vault/pack_check.hpp"
#include "agent/vault/run_merge.hpp"

namespace vault {

/// Finds the entries of the index that name a place where their chunk does not lie. Memory: one record a
/// pack, and one batch of entries. Not thread-safe.
class IndexCheck final {
public:
    /// What finish() found.
    struct Result {
        std::string problem;             // a sentence; empty when the index is right
        std::uint64_t wrongEntries = 0;  // of packs whose directory could be read
        std::vector<ChunkId> misplaced;  // their chunks, as long as they are few
        std::vector<PackId> distrusted;  // packs with further wrong entries
    };

    /// Reads the entries of these runs, newest first, that readers find.
    IndexCheck(Vault& vault, std::vector<std::shared_ptr<IndexRun>> runs, const base::CancelToken& cancel);

    /// Compares a pack that was examined. Reads nothing. A pack whose directory is lost tells nothing.
    void compare(const PackFinding& finding);

    /// Looks closer at the packs that differ. Throws no Error for damage: what cannot be read is a problem.
    Result finish(const base::CancelToken& cancel);

private:
    /// Sum of what is said of one pack, whatever the order.
    struct Tally {
        std::uint64_t entries = 0;
        std::uint64_t hash = 0;

        void add(const IndexEntry& entry);
        bool operator==(const Tally&) const = default;
    };
    class Batch;

    void visitIndex(const std::function<void()>& restart, const std::function<void(const IndexEntry&)>& visit,
                    const base::CancelToken& cancel);
    void renewRuns();
    void comparePlaces(Batch batch, const base::CancelToken& cancel, Result& result);

    Vault& vault_;
    std::vector<std::shared_ptr<IndexRun>> runs_;
    std::vector<RunId> unreadable_;  // runs that stay out of all comparisons
    std::unordered_map<PackId, Tally> indexed_;
    std::vector<PackId> suspects_;
    std::string failure_;  // why no comparison was possible
};

}  // namespace vault
