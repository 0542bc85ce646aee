// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/copy_job.hpp"

#include "agent/engine/backup_pass.hpp"
#include "agent/engine/stored_object_reader.hpp"

namespace engine {

namespace {

/// A point that was copied before: as the source has it, and as the target has it.
struct CopiedBase {
    const vault::PointRecord* inSource = nullptr;
    const vault::PointRecord* inTarget = nullptr;
};

/// The copied point that is most like this one: its parent, else the last one before it of the same client,
/// plan and sources, else any of these.
CopiedBase chooseBase(const vault::VaultState& source, const vault::VaultState& target,
                      const vault::PointRecord& point) {
    if (const auto* parent = source.findPoint(point.parent)) {
        if (const auto* copy = target.findCopy(parent->id)) return {parent, copy};
    }
    CopiedBase best;
    bool isBefore = true;
    for (const vault::PointRecord& other : source.points) {
        if (other.id == point.id) {
            isBefore = false;
            continue;
        }
        const bool isAlike =
            other.client == point.client && other.plan == point.plan && other.sources == point.sources;
        if (!isAlike || (!isBefore && best.inSource != nullptr)) continue;
        if (const auto* copy = target.findCopy(other.id)) best = {&other, copy};
    }
    return best;
}

/// Walks a point's tree in step with that of a point copied before, and gives the objects to the sink of a
/// backup. Must outlive the backup's pass, whose workers read through it.
class CopyWalk final {
public:
    CopyWalk(vault::Vault& source, const vault::PointRecord& point, const vault::PointRecord* base,
             const base::CancelToken& cancel)
        : reader_(source), point_(point), cancel_(cancel) {
        openTree();
        if (base != nullptr) openBase(*base);
    }

    void run(connectors::ObjectSink& sink) {
        sink.expect(point_.objects, point_.logicalBytes);
        while (advance(sink)) {
            cancel_.throwIfCancelled();
            failure_.throwIfAny();
            if (isUnchanged() && sink.previous(tree_->key()) != nullptr) {
                sink.keep();
            } else {
                put(sink);
            }
        }
    }

    /// Adds the lines of the point's own report of faults.
    void copyFaultList(FaultLog& faults) {
        try {
            reader_.forEachChunk(point_.faultList, [&](const vault::ChunkRef& chunk, std::uint64_t) {
                reader_.with(chunk, [&](base::ByteView lines) { faults.addLines(base::asText(lines)); });
            });
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            faults.addLines("\n");  // ends a line that was cut off
            faults.add({"", error.code(), "The list of faults was copied in part: " + error.message() + '.'});
        }
    }

    void throwIfFailed() { failure_.throwIfAny(); }

private:
    void openTree() {
        try {
            tree_.emplace(reader_, vault::TreeRoot{point_.root, point_.treeLevels});
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            throw base::Error(base::ErrorKind::Corrupt, "ENGINE-0004",
                              "The restore point cannot be copied, because its list of objects is damaged",
                              "Run 'hbr verify' on the vault that it comes from, then 'hbr repair'.")
                .addContext("point", point_.id.hex());
        }
    }

    void openBase(const vault::PointRecord& base) {
        try {
            base_.emplace(reader_, vault::TreeRoot{base.root, base.treeLevels});
            baseHasEntry_ = base_->next();
        } catch (const base::Error& error) {
            loseBase(error);
        }
    }

    /// Without a base everything is read, which costs time and loses nothing.
    void loseBase(const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw base::Error(error);
        base_.reset();
        baseHasEntry_ = false;
    }

    /// Moves to the next entry, over parts of the tree that cannot be read.
    bool advance(connectors::ObjectSink& sink) {
        for (;;) {
            cancel_.throwIfCancelled();
            try {
                return tree_->next();
            } catch (const base::Error& error) {
                if (error.kind() != base::ErrorKind::Corrupt) throw;
                sink.fail(tree_->key(), lostBehind(error));
            }
        }
    }

    /// True when the base lists the same object.
    bool isUnchanged() {
        try {
            while (baseHasEntry_ && base_->key() < tree_->key()) baseHasEntry_ = base_->next();
        } catch (const base::Error& error) {
            loseBase(error);
        }
        return baseHasEntry_ && base_->key() == tree_->key() &&
               base::asText(base_->body()) == base::asText(tree_->body());
    }

    void put(connectors::ObjectSink& sink) {
        const vault::TreeEntry* entry = nullptr;
        try {
            entry = &tree_->entry();
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            return sink.fail(tree_->key(), error);
        }
        if (entry->content) {
            return sink.put(entry->key, std::make_unique<StoredObjectReader>(reader_, *entry, failure_));
        }
        connectors::ObjectHeader header;
        headerFromEntry(*entry, header);
        sink.put(std::move(header));
    }

    vault::ChunkReader reader_;
    const vault::PointRecord& point_;
    const base::CancelToken cancel_;
    VaultFailure failure_;
    std::optional<vault::TreeCursor> tree_;
    std::optional<vault::TreeCursor> base_;
    bool baseHasEntry_ = false;
};

/// The copy's record as far as it does not depend on what the copying meets. It tells of the backup that made
/// the point, so sizes read and stored stay as they were.
vault::PointRecord recordOfCopy(const vault::PointRecord& point, const vault::VaultState& target) {
    vault::PointRecord copy = point;
    const vault::PointRecord* parent =
        point.parent == vault::PointId() ? nullptr : target.findCopy(point.parent);
    copy.parent = parent != nullptr ? parent->id : vault::PointId();
    return copy;
}

}  // namespace

CopyOutcome copyPoint(vault::Vault& source, vault::Vault& target, const vault::PointRecord& point,
                      unsigned workers, const platform::Clock& clock, Progress& progress,
                      const base::CancelToken& cancel) {
    const vault::VaultState targetState = target.refresh();
    if (const auto* there = targetState.findCopy(point.id)) return {*there, {}, 0, 0, true};
    const vault::VaultState sourceState = source.state();
    // Finds out whether the point can be read before the target hears of it.
    static_cast<void>(CopyWalk(source, point, nullptr, cancel));
    vault::StoreSession session(target, clock, "copy");
    const CopiedBase base = chooseBase(sourceState, session.baseState(), point);
    auto trust = base.inTarget != nullptr && !session.baseState().isTrusted(base.inTarget->id)
                     ? ParentTrust::CheckChunks
                     : ParentTrust::Full;
    vault::PointRecord copy = recordOfCopy(point, session.baseState());
    try {
        for (int number = 1; number <= kMaxPasses; ++number, trust = ParentTrust::CheckChunks) {
            copy.id = vault::copyIdOf(point.id);
            CopyWalk walk(source, point, base.inSource, cancel);
            BackupPass pass(session, workers, progress, cancel);
            walk.copyFaultList(pass.faults());
            pass.run(base.inTarget, trust, [&](connectors::ObjectSink& sink) { walk.run(sink); }, copy);
            walk.throwIfFailed();
            const std::uint64_t newFaults = copy.faults;
            copy.faults += point.faults;
            session.prepareCommit();
            cancel.throwIfCancelled();
            progress.bytesStored = session.storedBytes();
            const auto outcome = session.commit(copy);
            if (outcome == vault::StoreSession::Commit::Done) {
                return {copy, pass.faults().firstFaults(), newFaults, session.storedBytes(), false};
            }
            if (outcome == vault::StoreSession::Commit::AlreadyThere) {
                session.close();
                return {*target.state().findCopy(point.id), {}, 0, session.storedBytes(), true};
            }
        }
    } catch (...) {
        keepWhatWasStored(session);
        throw;
    }
    throw base::Error(base::ErrorKind::Busy, "ENGINE-0005",
                      "Another client pruned the target again and again while this copy ran",
                      "Run the copy again when the prunes are over.", base::Retry::Later);
}

}  // namespace engine
