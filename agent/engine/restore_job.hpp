// SPDX-License-Identifier: Apache-2.0
// restore_job.hpp: brings a restore point, or parts of it, to a target.
#pragma once

#include <string>
#include <vector>

#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/vault/point_record.hpp"
#include "agent/vault/tree.hpp"
#include "agent/vault/vault.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"

namespace engine {

struct RestoreRequest {
    vault::PointRecord point;
    /// Keys of the objects wanted, each with everything below it; empty: all. The directories above them are
    /// offered as well.
    std::vector<std::string> subtrees;
    unsigned workers = 0;  // 0: one for each processor
};

struct RestoreOutcome {
    std::vector<Fault> faults;  // the first ones
    std::uint64_t faultCount = 0;
    std::uint64_t objects = 0;      // offered to the target
    std::uint64_t healedPacks = 0;  // that could be read through their parity alone
};

/// Offers every wanted object to the target, in key order, and fetches the content that it asks for. An
/// object that is damaged in the vault, or that the target cannot write, becomes a fault, and so does a part
/// of the point's list that cannot be read; the rest goes on. Throws Error when the run as a whole cannot go
/// on: Cancelled, vault gone, target full. Does not call RestoreTarget::finish(): finishRestore() does.
RestoreOutcome runRestore(vault::Vault& vault, const RestoreRequest& request,
                          connectors::RestoreTarget& target, Progress& progress,
                          const base::CancelToken& cancel);

/// Calls RestoreTarget::finish() and flush(), and adds what fails there.
void finishRestore(connectors::RestoreTarget& target, Progress& progress, RestoreOutcome& outcome);

/// Walks the wanted entries of a point in key order: the subtrees, and the directories above them.
class WantedEntries final {
public:
    WantedEntries(vault::ChunkReader& reader, const vault::PointRecord& point,
                  const std::vector<std::string>& subtrees);

    /// The next wanted entry, valid until the next call; nullptr at the end. After an Error (Corrupt) the
    /// next call goes on behind the part of the tree that cannot be read.
    const vault::TreeEntry* next();

    /// The key of the last entry that could be read.
    [[nodiscard]] const std::string& lastKey() const noexcept { return cursor_.key(); }

private:
    /// A key that is wanted alone, or with everything below it.
    struct Range {
        std::string key;
        bool withBelow = false;
    };

    vault::TreeCursor cursor_;
    std::vector<Range> ranges_;
    std::size_t range_ = 0;
    bool isPlaced_ = false;
    const bool wantsAll_;
};

/// True when `key` is `ancestor` or lies below it.
bool isAtOrBelow(std::string_view key, std::string_view ancestor) noexcept;

}  // namespace engine
