// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/backup_job.hpp"

#include "agent/engine/backup_sink.hpp"
#include "agent/vault/random.hpp"
#include "platform/process.hpp"

namespace engine {

namespace {

constexpr int kMaxPasses = 5;
constexpr std::size_t kParentCacheBytes = 2 * base::kMiB;

const vault::PointRecord* chooseParent(const vault::VaultState& state, const BackupRequest& request) {
    if (request.parent) return state.findPoint(*request.parent);
    for (auto point = state.points.rbegin(); point != state.points.rend(); ++point) {
        if (point->client == request.client && point->plan == request.plan &&
            point->sources == request.sources) {
            return &*point;
        }
    }
    return nullptr;
}

/// One walk over the source: everything that it finds is with the store stage afterwards.
class BackupPass final {
public:
    BackupPass(vault::StoreSession& session, const BackupRequest& request, Progress& progress,
               const base::CancelToken& cancel)
        : session_(session),
          request_(request),
          progress_(progress),
          cancel_(cancel),
          faultStorer_(session, vault::PackKind::Tree),
          faults_([this](base::ByteView piece) { return faultStorer_.store(piece); }) {}

    void run(const vault::PointRecord* parent, ParentTrust trust, vault::PointRecord& point) {
        std::optional<vault::ChunkReader> reader;
        std::optional<vault::TreeCursor> cursor;
        openParent(parent, reader, cursor);
        const unsigned workers = request_.workers != 0 ? request_.workers : platform::processorCount();
        BackupSink sink(session_, cursor ? &*cursor : nullptr, trust, workers, progress_, faults_, cancel_);
        request_.run(sink);
        const vault::TreeRoot tree = sink.finish();
        point.faultList = faults_.finish();
        faultStorer_.flush();
        point.root = tree.root;
        point.treeLevels = tree.levels;
        point.objects = sink.objects();
        point.logicalBytes = sink.logicalBytes();
        point.faults = faults_.faults();
    }

    [[nodiscard]] const FaultLog& faults() const noexcept { return faults_; }

private:
    void openParent(const vault::PointRecord* parent, std::optional<vault::ChunkReader>& reader,
                    std::optional<vault::TreeCursor>& cursor) {
        if (parent == nullptr) return;
        progress_.objectsTotal = parent->objects;
        progress_.bytesTotal = parent->logicalBytes;
        try {
            reader.emplace(session_.vault(), kParentCacheBytes);
            cursor.emplace(*reader, vault::TreeRoot{parent->root, parent->treeLevels});
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            faults_.add({"", {}, "The previous restore point is damaged, so everything is read again."});
            cursor.reset();
        }
    }

    vault::StoreSession& session_;
    const BackupRequest& request_;
    Progress& progress_;
    const base::CancelToken cancel_;
    vault::ChunkStorer faultStorer_;
    FaultLog faults_;
};

/// Keeps what was stored so far for the next run, if the vault still takes it. The failure that ended the run
/// is the one to report, so nothing that fails here is.
void keepWhatWasStored(vault::StoreSession& session) noexcept {
    try {
        session.makeDurable();
    } catch (...) {
        try {
            session.keepWhatIsDurable();
        } catch (...) {
            static_cast<void>(base::currentError());  // prune sweeps packs that no index names
        }
    }
    try {
        session.close();
    } catch (...) {
        static_cast<void>(base::currentError());  // prune ends sessions that nobody has heard of
    }
}

}  // namespace

BackupOutcome runBackup(vault::Vault& vault, const platform::Clock& clock, const BackupRequest& request,
                        Progress& progress, const base::CancelToken& cancel) {
    vault::StoreSession session(vault, clock, request.client);
    vault::PointRecord point;
    point.client = request.client;
    point.plan = request.plan;
    point.sources = request.sources;
    point.tags = request.tags;
    point.started = clock.now();
    const vault::PointRecord* parent = chooseParent(session.baseState(), request);
    if (parent != nullptr) point.parent = parent->id;
    auto trust = parent != nullptr && !session.baseState().isTrusted(parent->id) ? ParentTrust::CheckChunks
                                                                                 : ParentTrust::Full;
    try {
        for (int pass = 1; pass <= kMaxPasses; ++pass, trust = ParentTrust::CheckChunks) {
            point.id = vault::randomId<vault::PointId>();
            BackupPass walk(session, request, progress, cancel);
            walk.run(parent, trust, point);
            session.makeDurable();
            cancel.throwIfCancelled();
            point.finished = clock.now();
            point.readBytes = progress.bytesRead;
            point.newBytes = progress.bytesNew;
            point.storedBytes = session.storedBytes();
            progress.bytesStored = point.storedBytes;
            if (session.commit(point) == vault::StoreSession::Commit::Done) {
                return {point, walk.faults().firstFaults(), walk.faults().warnings()};
            }
        }
    } catch (...) {
        keepWhatWasStored(session);
        throw;
    }
    throw base::Error(base::ErrorKind::Busy, "ENGINE-0001",
                      "Another client pruned the vault again and again while this backup ran",
                      "Run the backup again when the prunes are over.", base::Retry::Later);
}

}  // namespace engine
