// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/backup_pass.hpp"

#include "platform/process.hpp"

namespace engine {

namespace {

constexpr std::size_t kParentCacheBytes = 2 * base::kMiB;

}  // namespace

BackupPass::BackupPass(vault::StoreSession& session, unsigned workers, Progress& progress,
                       const base::CancelToken& cancel)
    : session_(session),
      workers_(workers != 0 ? workers : platform::processorCount()),
      progress_(progress),
      cancel_(cancel),
      faultStorer_(session, vault::PackKind::Tree),
      faults_([this](base::ByteView piece) { return faultStorer_.store(piece); }) {}

void BackupPass::run(const vault::PointRecord* parent, ParentTrust trust,
                     const std::function<void(connectors::ObjectSink&)>& walk, vault::PointRecord& point) {
    std::optional<vault::ChunkReader> reader;
    std::optional<vault::TreeCursor> cursor;
    openParent(parent, reader, cursor);
    BackupSink sink(session_, cursor ? &*cursor : nullptr, trust, workers_, progress_, faults_, cancel_);
    walk(sink);
    const vault::TreeRoot tree = sink.finish();
    point.faultList = faults_.finish();
    faultStorer_.flush();
    point.root = tree.root;
    point.treeLevels = tree.levels;
    point.objects = sink.objects();
    point.logicalBytes = sink.logicalBytes();
    point.faults = faults_.faults();
}

void BackupPass::openParent(const vault::PointRecord* parent, std::optional<vault::ChunkReader>& reader,
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

}  // namespace engine
