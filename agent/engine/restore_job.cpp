// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/restore_job.hpp"

#include "agent/engine/content_pipeline.hpp"
#include "agent/engine/restore_pipeline.hpp"
#include "platform/process.hpp"

namespace engine {

namespace {

constexpr std::size_t kBatchObjects = 64;
constexpr std::uint64_t kBatchBytes = base::kMiB;

/// Offers entries to a target and sends the wanted content to the workers in batches.
class Offering final {
public:
    Offering(connectors::RestoreTarget& target, RestorePipeline& pipeline, Progress& progress,
             FaultLog& faults)
        : target_(target), pipeline_(pipeline), progress_(progress), faults_(faults) {}

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

    void send() {
        bytes_ = 0;
        pipeline_.submit(std::exchange(batch_, {}));
    }

private:
    void add(WantedObject object) {
        const std::uint64_t sizeBytes = object.content.sizeBytes();
        if (!batch_.empty() && (bytes_ + sizeBytes > kBatchBytes || batch_.size() == kBatchObjects)) send();
        bytes_ += sizeBytes;
        batch_.push_back(std::move(object));
        if (bytes_ >= kBatchBytes) send();
    }

    connectors::RestoreTarget& target_;
    RestorePipeline& pipeline_;
    Progress& progress_;
    FaultLog& faults_;
    connectors::ObjectHeader header_;
    RestorePipeline::Batch batch_;
    std::uint64_t bytes_ = 0;
};

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
        Offering offering(target, pipeline, progress, faults);
        WantedEntries wanted(reader, request.point, request.subtrees);
        while (const vault::TreeEntry* entry = wanted.next()) {
            cancel.throwIfCancelled();
            pipeline.throwIfFailed();
            offering.offer(*entry);
            ++outcome.objects;
        }
        offering.send();
        pipeline.finish();
    }
    outcome.faults = faults.firstFaults();
    outcome.faultCount = faults.faults();
    return outcome;
}

void finishRestore(connectors::RestoreTarget& target, RestoreOutcome& outcome) {
    target.finish([&](std::string_view key, const base::Error& error) {
        ++outcome.faultCount;
        if (outcome.faults.size() < FaultLog::kAtHand) outcome.faults.push_back(faultOf(key, error));
    });
}

}  // namespace engine
