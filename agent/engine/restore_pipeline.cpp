// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/restore_pipeline.hpp"

#include <condition_variable>

#include "agent/engine/announcing_cursor.hpp"
#include "platform/base/worker_threads.hpp"

namespace engine {

namespace {

constexpr std::uint64_t kSharedFromBytes = 4 * base::kMiB;

/// What ends the whole restore and not one object: the vault cannot be reached, or the target has no room.
bool endsRun(const base::Error& error) {
    switch (error.kind()) {
        case base::ErrorKind::Cancelled:
        case base::ErrorKind::Unavailable:
        case base::ErrorKind::Exhausted:
            return true;
        default:
            return false;
    }
}

}  // namespace

/// A large object while several workers fill it.
struct RestorePipeline::LargeObject {
    explicit LargeObject(connectors::ContentWriter& to) : writer(to) {}

    connectors::ContentWriter& writer;
    std::mutex mutex;  // guards everything below
    std::condition_variable arrived;
    std::size_t outstanding = 0;
    std::optional<base::Error> failure;
};

struct RestorePipeline::Part {
    std::shared_ptr<LargeObject> object;  // shared by the worker that owns the object and those who help it
    vault::ChunkRef chunk;
    std::uint64_t offset = 0;
};

RestorePipeline::RestorePipeline(vault::ChunkReader& reader, unsigned workers, Progress& progress,
                                 FaultLog& faults, const base::CancelToken& cancel)
    : reader_(reader),
      progress_(progress),
      faults_(faults),
      cancel_(cancel),
      queue_(
          std::max(4 * std::size_t{workers}, static_cast<std::size_t>(reader.readAheadBytes() / kBatchBytes)),
          workers) {
    threads_ = base::startWorkers(workers, [this] {
        try {
            run();
        } catch (...) {
            fail(base::currentError());
        }
    });
}

RestorePipeline::~RestorePipeline() {
    hasFailed_ = true;
    join();
}

void RestorePipeline::run() {
    while (auto work = queue_.pop()) {
        if (auto* part = std::get_if<Part>(&*work)) {
            help(*part);
        } else {
            for (WantedObject& object : std::get<Batch>(*work)) restoreObject(object);
        }
    }
}

void RestorePipeline::submit(Batch batch) {
    if (batch.empty()) return;
    if (!queue_.pushJob(std::move(batch))) throwIfFailed();
}

void RestorePipeline::finish() {
    join();
    throwIfFailed();
}

void RestorePipeline::join() {
    queue_.close();
    for (std::jthread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void RestorePipeline::fail(const base::Error& error) noexcept {
    const std::lock_guard lock(failureMutex_);
    if (!failure_) failure_ = error;
    hasFailed_ = true;
}

void RestorePipeline::throwIfFailed() {
    if (!hasFailed_) return;
    const std::lock_guard lock(failureMutex_);
    if (failure_) throw base::Error(*failure_);
}

/// A part that is left out because the run ends must fail its object, or the object would seem complete.
void RestorePipeline::throwIfEnding() {
    throwIfFailed();
    if (hasFailed_) throw base::Error(base::ErrorKind::Cancelled, "ENGINE-0003", "The restore was given up");
}

void RestorePipeline::restoreObject(WantedObject& object) {
    if (hasFailed_) return object.writer->abandon();
    try {
        cancel_.throwIfCancelled();
        progress_.setCurrent(object.key);
        object.writer->open();
        if (object.content.sizeBytes() >= kSharedFromBytes) {
            fillShared(object);
        } else {
            fill(object);
        }
        object.writer->finish();
        progress_.objectsDone.fetch_add(1, std::memory_order_relaxed);
    } catch (...) {
        object.writer->abandon();
        noteFailure(object, base::currentError());
    }
    object.writer.reset();
}

void RestorePipeline::noteFailure(WantedObject& object, const base::Error& error) {
    if (endsRun(error)) return fail(error);
    faults_.add(faultOf(object.key, error));
    progress_.faults.fetch_add(1, std::memory_order_relaxed);
}

void RestorePipeline::fill(WantedObject& object) {
    reader_.forEachChunk(object.content, [&](const vault::ChunkRef& chunk, std::uint64_t offset) {
        copyChunk(*object.writer, chunk, offset);
    });
}

void RestorePipeline::copyChunk(connectors::ContentWriter& writer, const vault::ChunkRef& chunk,
                                std::uint64_t offset) {
    cancel_.throwIfCancelled();
    reader_.with(chunk, [&](base::ByteView content) { writer.writeAt(offset, content); });
    progress_.bytesRead.fetch_add(chunk.contentBytes, std::memory_order_relaxed);
    progress_.bytesStored.fetch_add(chunk.contentBytes, std::memory_order_relaxed);
    progress_.bytesDone.fetch_add(chunk.contentBytes, std::memory_order_relaxed);
}

void RestorePipeline::fillShared(WantedObject& object) {
    auto shared = std::make_shared<LargeObject>(*object.writer);
    const auto waitForParts = [&] {
        for (;;) {
            if (auto part = queue_.tryPopPart()) {
                help(*part);
                continue;
            }
            std::unique_lock lock(shared->mutex);
            shared->arrived.wait(lock, [&] { return shared->outstanding == 0; });
            return;
        }
    };
    try {
        // The beginning was announced before the object was submitted; that twice costs nothing.
        AnnouncingCursor cursor(reader_, object.content, reader_.readAheadBytes());
        while (const auto place = cursor.next()) {
            {
                const std::lock_guard lock(shared->mutex);
                if (shared->failure) throw base::Error(*shared->failure);
                ++shared->outstanding;
            }
            Part part{shared, place->chunk, place->offset};
            if (!queue_.tryPushPart(part)) help(part);
        }
    } catch (...) {
        waitForParts();
        throw;
    }
    waitForParts();
    if (shared->failure) throw base::Error(*shared->failure);
}

/// Fills one chunk of a large object. Always counts it as arrived, so that nobody waits for ever.
void RestorePipeline::help(const Part& part) {
    std::optional<base::Error> failure;
    try {
        throwIfEnding();
        copyChunk(part.object->writer, part.chunk, part.offset);
    } catch (...) {
        failure = base::currentError();
    }
    const std::lock_guard lock(part.object->mutex);
    if (failure && !part.object->failure) part.object->failure = failure;
    --part.object->outstanding;
    part.object->arrived.notify_one();
}

}  // namespace engine
