// SPDX-License-Identifier: Apache-2.0
// copy_job.hpp: brings a restore point from one vault to another.
//
// A copy is a backup whose source is a restore point. Every chunk is read once, proven by its id in the
// source, cut anew with the target's own boundaries, and named, compressed and sealed under the target's
// keys. So it shares content with whatever the target holds, and later backups into the target share content
// with it. What has not changed since a point that was copied before is taken over from that copy unread.
#pragma once

#include <vector>

#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/vault/point_record.hpp"
#include "agent/vault/vault.hpp"
#include "platform/base/cancel.hpp"
#include "platform/clock.hpp"

namespace engine {

struct CopyOutcome {
    vault::PointRecord point;   // as the target has it
    std::vector<Fault> faults;  // the first ones that the copying met, warnings among them
    std::uint64_t newFaults = 0;
    std::uint64_t storedBytes = 0;
    /// The target had the point, or another client was first: nothing was made.
    bool wasThere = false;
};

/// Copies a point of `source` to `target`. The copy is durable on return. It keeps all that is known of the
/// point, faults included, and has an id of the same origin (vault::haveSameOrigin()); its parent is the copy
/// of the point's parent, if the target has one. An object that is damaged in the source becomes a fault of
/// the copy, and the rest is copied.
///
/// Throws Error when there is no copy: Corrupt ("ENGINE-0004") when the point's list of objects cannot be
/// begun, Cancelled, or whatever keeps a vault from working; what was stored until then is kept for the next
/// run. `workers` 0: one for each processor.
CopyOutcome copyPoint(vault::Vault& source, vault::Vault& target, const vault::PointRecord& point,
                      unsigned workers, const platform::Clock& clock, Progress& progress,
                      const base::CancelToken& cancel);

}  // namespace engine
