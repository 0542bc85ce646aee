// SPDX-License-Identifier: Apache-2.0
// content_pipeline.hpp: the workers of a backup: read, cut, hash, look up, compress, seal.
//
// A job is a batch of small objects or one large one. A worker reads and processes a batch from beginning to
// end while it is in the processor's cache. The pieces of a large object are offered to idle workers; nobody
// idle means that the reading worker does them itself, so all processors work and no piece waits for one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "agent/engine/buffer_pool.hpp"
#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/engine/work_queue.hpp"
#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/store_session.hpp"
#include "agent/vault/tree.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"

namespace engine {

/// An object's place in the order of the tree, filled in by a worker.
struct PendingEntry {
    enum State : int { Waiting, Ready, Dropped };

    std::string key;
    base::Bytes body;
    std::uint64_t sizeBytes = 0;
    std::atomic<int> state = Waiting;

    void settle(State settled) {
        {
            const std::lock_guard lock(mutex_);
            state.store(settled, std::memory_order_release);
        }
        isSettled_.notify_all();
    }
    void waitUntilSettled() {
        std::unique_lock lock(mutex_);
        isSettled_.wait(lock, [this] { return state != Waiting; });
    }

private:
    // Not the wait() of std::atomic: where the system has no such call (Windows), the library's own of gcc 12
    // misses a change between its look and its sleep.
    std::mutex mutex_;  // orders a change of `state` and the sleep of who waits for it
    std::condition_variable isSettled_;
};

struct PendingObject {
    std::shared_ptr<PendingEntry> entry;  // shared with the sink, which waits for it in order
    std::unique_ptr<connectors::ObjectReader> reader;
};

/// Runs the workers. submit() from one thread; every submitted entry is settled, whatever happens.
class ContentPipeline final {
public:
    using Batch = std::vector<PendingObject>;

    ContentPipeline(vault::StoreSession& session, unsigned workers, Progress& progress, FaultLog& faults,
                    const base::CancelToken& cancel);
    ~ContentPipeline();
    ContentPipeline(const ContentPipeline&) = delete;
    ContentPipeline& operator=(const ContentPipeline&) = delete;

    void submit(Batch batch);

    /// Waits until all work is done and sent to the store stage. No submit() afterwards.
    void finish();

    /// Throws the failure that ended the workers, if one did.
    void throwIfFailed();

private:
    class Worker;
    struct LargeObject;
    struct Piece;

    void fail(const base::Error& error) noexcept;
    void join();

    vault::StoreSession& session_;
    Progress& progress_;
    FaultLog& faults_;
    const base::CancelToken cancel_;
    BufferPool buffers_;
    WorkQueue<Batch, Piece> queue_;
    std::atomic<bool> hasFailed_ = false;
    std::mutex failureMutex_;  // guards failure_
    std::optional<base::Error> failure_;
    std::vector<std::jthread> threads_;
};

/// The tree's form of a header.
vault::TreeEntry treeEntryOf(connectors::ObjectHeader header);

/// A header out of a tree entry; reuses the memory of `header`.
void headerFromEntry(const vault::TreeEntry& entry, connectors::ObjectHeader& header);

}  // namespace engine
