// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/backup_sink.hpp"

namespace engine {

namespace {

// A batch is work enough to be worth a hand-over, and small enough to spread over the workers.
constexpr std::size_t kBatchObjects = 64;
constexpr std::uint64_t kBatchBytes = base::kMiB;
// Objects that may be waiting for their content, for each worker: a few batches.
constexpr std::size_t kWindowPerWorker = 4 * kBatchObjects;
constexpr std::size_t kListCacheBytes = base::kMiB;

}  // namespace

BackupSink::BackupSink(vault::StoreSession& session, vault::TreeCursor* parent, ParentTrust trust,
                       unsigned workers, Progress& progress, FaultLog& faults,
                       const base::CancelToken& cancel)
    : session_(session),
      parent_(parent),
      trust_(trust),
      progress_(progress),
      faults_(faults),
      cancel_(cancel),
      windowObjects_(kWindowPerWorker * workers),
      lists_(session.vault(), kListCacheBytes),
      nodes_(session, vault::PackKind::Tree),
      tree_(session.vault().keys(), [this](base::ByteView node) { return nodes_.store(node); }),
      pipeline_(session, workers, progress, faults, cancel) {
    if (parent_ == nullptr) return;
    try {
        parentHasEntry_ = parent_->next();
    } catch (const base::Error& error) {
        leaveParent({}, error);
    }
}

const connectors::ObjectHeader* BackupSink::previous(std::string_view key) {
    cancel_.throwIfCancelled();
    if (parent_ == nullptr) return nullptr;
    try {
        while (parentHasEntry_ && parent_->key() < key) parentHasEntry_ = parent_->next();
        if (!parentHasEntry_ || parent_->key() != key) return nullptr;
        const vault::TreeEntry& entry = parent_->entry();
        if (trust_ == ParentTrust::CheckChunks && !isComplete(entry)) return nullptr;
        headerFromEntry(entry, previous_);
        return &previous_;
    } catch (const base::Error& error) {
        leaveParent(key, error);
        return nullptr;
    }
}

/// Without the rest of the parent everything behind is read anew, and heals what was lost. Throws what is no
/// damage.
void BackupSink::leaveParent(std::string_view key, const base::Error& error) {
    if (error.kind() != base::ErrorKind::Corrupt) throw base::Error(error);
    warn(key, "The previous restore point is damaged from here on, so unchanged files are read again: " +
                  error.message());
    parent_ = nullptr;
}

bool BackupSink::isComplete(const vault::TreeEntry& entry) {
    if (!entry.content) return true;
    bool complete = true;
    const std::function<void(const std::vector<vault::ChunkRef>&, unsigned)> check =
        [&](const std::vector<vault::ChunkRef>& refs, unsigned depth) {
            for (const vault::ChunkRef& ref : refs) {
                complete = complete && session_.vault().index().contains(ref.id);
                if (!complete) return;
                if (depth == 0) continue;
                const base::Bytes list = lists_.read(ref.id);
                base::Decoder decoder(list);
                check(vault::decodeRefs(decoder), depth - 1);
            }
        };
    try {
        check(entry.content->refs, entry.content->depth);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        return false;
    }
    return complete;
}

void BackupSink::keep() { addReady(parent_->key(), parent_->body(), previous_.sizeBytes); }

void BackupSink::put(connectors::ObjectHeader header) {
    cancel_.throwIfCancelled();
    const vault::TreeEntry entry = treeEntryOf(std::move(header));
    body_.clear();
    vault::encodeEntryBody(body_, entry);
    addReady(entry.key, body_, entry.sizeBytes);
}

void BackupSink::put(std::string key, std::unique_ptr<connectors::ObjectReader> reader) {
    cancel_.throwIfCancelled();
    const std::uint64_t expected = reader->expectedBytes();
    if (!batch_.empty() && (batchBytes_ + expected > kBatchBytes || batch_.size() == kBatchObjects))
        sendBatch();
    if (window_.size() >= windowObjects_) drain(windowObjects_ - 1);
    auto entry = std::make_shared<PendingEntry>();
    entry->key = std::move(key);
    window_.push_back(entry);
    batch_.push_back({std::move(entry), std::move(reader)});
    batchBytes_ += expected;
    if (batchBytes_ >= kBatchBytes) sendBatch();
}

void BackupSink::fail(std::string_view key, const base::Error& error) {
    faults_.add(faultOf(key, error));
    progress_.faults.fetch_add(1, std::memory_order_relaxed);
}

void BackupSink::warn(std::string_view key, const std::string& sentence) {
    faults_.add({displayPath(key), {}, sentence});
}

void BackupSink::expect(std::uint64_t objects, std::uint64_t sizeBytes) {
    progress_.objectsTotal.store(objects, std::memory_order_relaxed);
    progress_.bytesTotal.store(sizeBytes, std::memory_order_relaxed);
}

vault::TreeRoot BackupSink::finish() {
    sendBatch();
    drain(0);
    pipeline_.finish();
    const vault::TreeRoot root = tree_.finish();
    nodes_.flush();
    return root;
}

void BackupSink::addReady(std::string_view key, base::ByteView body, std::uint64_t sizeBytes) {
    if (window_.empty()) {
        addToTree(key, body, sizeBytes);
        return;
    }
    // Entries without content wait behind those with content, and would pile up without a bound of their own.
    if (window_.size() >= windowObjects_) drain(windowObjects_ - 1);
    auto entry = std::make_shared<PendingEntry>();
    entry->key.assign(key);
    entry->body.assign(body.begin(), body.end());
    entry->sizeBytes = sizeBytes;
    entry->state = PendingEntry::Ready;
    window_.push_back(std::move(entry));
}

void BackupSink::addToTree(std::string_view key, base::ByteView body, std::uint64_t sizeBytes) {
    tree_.add(key, body);
    ++objects_;
    logicalBytes_ += sizeBytes;
    progress_.objectsDone.store(objects_, std::memory_order_relaxed);
    progress_.bytesDone.store(logicalBytes_, std::memory_order_relaxed);
}

void BackupSink::sendBatch() {
    batchBytes_ = 0;
    pipeline_.submit(std::exchange(batch_, {}));
}

/// Moves settled entries from the window's front to the tree; waits until at most that many are left.
void BackupSink::drain(std::size_t leaveWaiting) {
    // What stands in the window must be on its way, or we would wait for ourselves.
    if (window_.size() > leaveWaiting && !batch_.empty()) sendBatch();
    while (!window_.empty()) {
        PendingEntry& front = *window_.front();
        int state = front.state.load(std::memory_order_acquire);
        if (state == PendingEntry::Waiting) {
            if (window_.size() <= leaveWaiting) break;
            front.waitUntilSettled();
            state = front.state.load(std::memory_order_acquire);
        }
        if (state == PendingEntry::Ready) addToTree(front.key, front.body, front.sizeBytes);
        window_.pop_front();
    }
    pipeline_.throwIfFailed();
}

}  // namespace engine
