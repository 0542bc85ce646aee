// SPDX-License-Identifier: Apache-2.0
// restore_pipeline.hpp: the workers of a restore: fetch, open, decompress, write.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "agent/engine/fault_log.hpp"
#include "agent/engine/progress.hpp"
#include "agent/engine/work_queue.hpp"
#include "agent/vault/chunk_reader.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"

namespace engine {

/// An object whose content a target wants.
struct WantedObject {
    std::string key;
    std::uint64_t sizeBytes = 0;
    vault::ContentRef content;
    std::unique_ptr<connectors::ContentWriter> writer;
};

/// Fills writers on several threads: a batch of small objects by one worker, the chunks of a large one by all
/// that are idle. submit() from one thread.
class RestorePipeline final {
public:
    using Batch = std::vector<WantedObject>;
    /// Batches of small objects are of about this size.
    static constexpr std::uint64_t kBatchBytes = base::kMiB;

    RestorePipeline(vault::ChunkReader& reader, unsigned workers, Progress& progress, FaultLog& faults,
                    const base::CancelToken& cancel);
    ~RestorePipeline();
    RestorePipeline(const RestorePipeline&) = delete;
    RestorePipeline& operator=(const RestorePipeline&) = delete;

    void submit(Batch batch);
    /// Waits until all content is written.
    void finish();
    void throwIfFailed();

private:
    struct LargeObject;
    struct Part;

    void run();
    void restoreObject(WantedObject& object);
    void fill(WantedObject& object);
    void fillShared(WantedObject& object);
    void copyChunk(connectors::ContentWriter& writer, const vault::ChunkRef& chunk, std::uint64_t offset);
    void help(const Part& part);
    void noteFailure(WantedObject& object, const base::Error& error);
    void throwIfEnding();
    void fail(const base::Error& error) noexcept;
    void join();

    vault::ChunkReader& reader_;
    Progress& progress_;
    FaultLog& faults_;
    const base::CancelToken cancel_;
    WorkQueue<Batch, Part> queue_;
    std::atomic<bool> hasFailed_ = false;
    std::mutex failureMutex_;  // guards failure_
    std::optional<base::Error> failure_;
    std::vector<std::jthread> threads_;
};

}  // namespace engine
