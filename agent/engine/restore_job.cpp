// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/restore_job.hpp"

#include <utility>

#include "agent/engine/content_pipeline.hpp"
#include "agent/engine/restore_pipeline.hpp"
#include "agent/vault/content_cursor.hpp"
#include "platform/process.hpp"

namespace engine {

namespace {

constexpr std::size_t kBatchObjects = 64;
constexpr std::uint64_t kBatchBytes = RestorePipeline::kBatchBytes;
constexpr std::size_t kHeldBatches = 64;

/// Offers entries to a target and sends the wanted content to the workers in batches. Where the store is far
/// away, batches are held until enough content is known to be announced at once, and those announced before
/// are sent then: while workers wait for one lot the store fetches the next.
class Offering final {
public:
    Offering(vault::ChunkReader& reader, connectors::RestoreTarget& target, RestorePipeline& pipeline,
             Progress& progress, FaultLog& faults)
        : reader_(reader), target_(target), pipeline_(pipeline), progress_(progress), faults_(faults) {}

    void offer(const vault::TreeEntry& entry) {
        headerFromEntry(entry, header_);
        connectors::RestoreAction action;
        try {
            action = target_.accept(header_);
        } catch (const base::Error& error) {
            if (error.kind() == base::ErrorKind::Cancelled || error.kind() == base::ErrorKind::Exhausted)
                throw;
            faults_.add(faultOf(entry.key, error));
            progress_.faults.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        if (action.decision != connectors::RestoreDecision::Content) {
            progress_.objectsDone.fetch_add(1, std::memory_order_relaxed);
            if (action.decision == connectors::RestoreDecision::Skipped) {
                progress_.bytesDone.fetch_add(entry.sizeBytes, std::memory_order_relaxed);
            }
            return;
        }
        add({entry.key, entry.sizeBytes, entry.content.value_or(vault::ContentRef{}),
             std::move(action.writer)});
    }

    void finish() {
        send();
        announceHeld();
        submit(announced_);
    }

private:
    void send() {
        bytes_ = 0;
        held_.push_back(std::exchange(batch_, {}));
        if (aheadBytes_ == 0) {
            submit(held_);
        } else if (upcomingBytes_ >= aheadBytes_ / 2 || held_.size() == kHeldBatches) {
            announceHeld();
        }
    }

    void announceHeld() {
        if (!upcoming_.empty()) reader_.announce(std::exchange(upcoming_, {}));
        upcomingBytes_ = 0;
        submit(announced_);
        announced_.swap(held_);
    }

    void submit(std::vector<RestorePipeline::Batch>& batches) {
        for (RestorePipeline::Batch& batch : std::exchange(batches, {})) pipeline_.submit(std::move(batch));
    }

    /// Of a large object only as much as is read ahead; whoever fills it announces the rest.
    void noteUpcoming(const vault::ContentRef& content) {
        if (aheadBytes_ == 0) return;
        try {
            vault::ContentCursor cursor(reader_, content);
            std::uint64_t noted = 0;
            while (noted < aheadBytes_) {
                const auto place = cursor.next();
                if (!place) break;
                noted += place->chunk.contentBytes;
                upcoming_.push_back(place->chunk);
            }
            upcomingBytes_ += noted;
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            // Noted as a fault of the object when it is filled.
        }
    }

    void add(WantedObject object) {
        const std::uint64_t sizeBytes = object.content.sizeBytes();
        noteUpcoming(object.content);
        if (!batch_.empty() && (bytes_ + sizeBytes > kBatchBytes || batch_.size() == kBatchObjects)) send();
        bytes_ += sizeBytes;
        batch_.push_back(std::move(object));
        if (bytes_ >= kBatchBytes) send();
    }

    vault::ChunkReader& reader_;
    const std::size_t aheadBytes_ = reader_.readAheadBytes();
    connectors::RestoreTarget& target_;
    RestorePipeline& pipeline_;
    Progress& progress_;
    FaultLog& faults_;
    connectors::ObjectHeader header_;
    RestorePipeline::Batch batch_;
    std::uint64_t bytes_ = 0;
    std::vector<RestorePipeline::Batch> announced_;
    std::vector<RestorePipeline::Batch> held_;
    std::vector<vault::ChunkRef> upcoming_;  // of what is held, not announced yet
    std::uint64_t upcomingBytes_ = 0;
};

/// The next wanted entry, over parts of the tree that cannot be read; nullptr at the end.
const vault::TreeEntry* nextReadable(WantedEntries& wanted, Progress& progress, FaultLog& faults,
                                     const base::CancelToken& cancel) {
    for (;;) {
        cancel.throwIfCancelled();
        try {
            return wanted.next();
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            faults.add(faultOf(wanted.lastKey(), lostBehind(error)));
            progress.faults.fetch_add(1, std::memory_order_relaxed);
        }
    }
}

}  // namespace

RestoreOutcome runRestore(vault::Vault& vault, const RestoreRequest& request,
                          connectors::RestoreTarget& target, Progress& progress,
                          const base::CancelToken& cancel) {
    progress.objectsTotal = request.point.objects;
    progress.bytesTotal = request.point.logicalBytes;
    const unsigned workers = request.workers != 0 ? request.workers : platform::processorCount();
    vault::ChunkReader reader(vault);
    FaultLog faults;
    RestoreOutcome outcome;
    {
        RestorePipeline pipeline(reader, workers, progress, faults, cancel);
        Offering offering(reader, target, pipeline, progress, faults);
        WantedEntries wanted(reader, request.point, request.subtrees);
        const auto next = [&] { return nextReadable(wanted, progress, faults, cancel); };
        while (const vault::TreeEntry* entry = next()) {
            pipeline.throwIfFailed();
            offering.offer(*entry);
            ++outcome.objects;
        }
        offering.finish();
        pipeline.finish();
    }
    outcome.faults = faults.firstFaults();
    outcome.faultCount = faults.faults();
    outcome.healedPacks = reader.healedPacks();
    return outcome;
}

void finishRestore(connectors::RestoreTarget& target, Progress& progress, RestoreOutcome& outcome) {
    const auto fail = [&](std::string_view key, const base::Error& error) {
        ++outcome.faultCount;
        if (outcome.faults.size() < FaultLog::kAtHand) outcome.faults.push_back(faultOf(key, error));
    };
    target.finish(fail);
    progress.stage = "Flushing to disk";
    target.flush(fail);
    progress.stage = nullptr;
}

}  // namespace engine
