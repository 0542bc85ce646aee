// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/content_pipeline.hpp"

#include <map>

#include "platform/base/worker_threads.hpp"

namespace engine {

namespace {

constexpr std::size_t kReadBytes = 256 * base::kKiB;
constexpr std::size_t kBufferBytes = vault::kMaxChunkBytes + kReadBytes;
// A piece of an object in fixed pages; a multiple of the page.
constexpr std::size_t kPagesPieceBytes = base::kMiB;
// Objects from this size on are worth sharing among workers.
constexpr std::uint64_t kLargeObjectBytes = 2 * base::kMiB;

/// A failure of the source, which ends one object, told apart from a failure of the vault, which ends the
/// run.
struct SourceFailure {
    base::Error error;
};

/// Calls into a connector's reader.
template <typename Call>
auto fromSource(Call call) {
    try {
        return call();
    } catch (...) {
        throw SourceFailure{base::currentError()};
    }
}

}  // namespace

/// A piece of a large object on its way to whoever is idle.
struct ContentPipeline::Piece {
    std::shared_ptr<LargeObject> object;  // shared by the reading worker and those who help it
    std::size_t number = 0;
    BufferPool::Buffer buffer;
    std::size_t sizeBytes = 0;
    connectors::ContentLayout layout = connectors::ContentLayout::Stream;
};

/// Where the pieces of a large object come together again.
struct ContentPipeline::LargeObject {
    std::mutex mutex;  // guards everything below
    std::condition_variable arrived;
    std::map<std::size_t, std::vector<vault::ChunkRef>> done;
    std::size_t outstanding = 0;

    void deliver(std::size_t number, std::vector<vault::ChunkRef> refs) {
        const std::lock_guard lock(mutex);
        done.emplace(number, std::move(refs));
        --outstanding;
        arrived.notify_one();
    }
};

class ContentPipeline::Worker final {
public:
    explicit Worker(ContentPipeline& pipeline)
        : pipeline_(pipeline),
          data_(pipeline.session_, vault::PackKind::Data),
          lists_(pipeline.session_, vault::PackKind::Tree) {}

    void run() {
        while (auto work = pipeline_.queue_.pop()) {
            if (auto* piece = std::get_if<Piece>(&*work)) {
                help(std::move(*piece));
            } else {
                for (PendingObject& object : std::get<Batch>(*work)) process(object);
            }
        }
        if (pipeline_.hasFailed_) return;
        data_.flush();
        lists_.flush();
    }

private:
    /// Settles the entry in any case.
    void process(PendingObject& object) {
        PendingEntry& entry = *object.entry;
        if (pipeline_.hasFailed_) return entry.settle(PendingEntry::Dropped);
        try {
            pipeline_.cancel_.throwIfCancelled();
            pipeline_.progress_.setCurrent(entry.key);
            store(object);
            entry.settle(PendingEntry::Ready);
        } catch (const SourceFailure& failure) {
            noteSourceFailure(entry.key, failure.error);
            entry.settle(PendingEntry::Dropped);
        } catch (...) {
            pipeline_.fail(base::currentError());
            entry.settle(PendingEntry::Dropped);
        }
        object.reader.reset();
    }

    void noteSourceFailure(const std::string& key, const base::Error& error) {
        if (error.kind() == base::ErrorKind::NotFound) {
            // It went away before it could be read, and nothing is lost that is still wanted.
            pipeline_.faults_.add({displayPath(key), {}, error.message() + "."});
            return;
        }
        pipeline_.faults_.add(faultOf(key, error));
        pipeline_.progress_.faults.fetch_add(1, std::memory_order_relaxed);
    }

    void store(PendingObject& object) {
        connectors::ObjectReader& reader = *object.reader;
        const bool isLarge = reader.expectedBytes() >= kLargeObjectBytes;
        fromSource([&] { reader.open(); });
        vault::ContentRef content = isLarge ? storeLarge(reader) : storeSmall(reader);
        vault::TreeEntry entry = treeEntryOf(fromSource([&] { return reader.finish(); }));
        entry.content = std::move(content);
        vault::encodeEntryBody(object.entry->body, entry);
        object.entry->sizeBytes = entry.sizeBytes;
        if (const std::string warning = reader.warning(); !warning.empty()) {
            pipeline_.faults_.add({displayPath(object.entry->key), {}, warning});
        }
    }

    std::size_t read(connectors::ObjectReader& reader, base::MutableBytes to) {
        pipeline_.cancel_.throwIfCancelled();
        const std::size_t got = fromSource([&] { return reader.read(to); });
        pipeline_.progress_.bytesRead.fetch_add(got, std::memory_order_relaxed);
        return got;
    }

    vault::ContentRef storeSmall(connectors::ObjectReader& reader) {
        vault::ContentWriter content;
        cut(reader, [&](BufferPool::Buffer& buffer, std::size_t sizeBytes, std::size_t) {
            addAll(content, storePiece(buffer.bytes().first(sizeBytes), reader.layout()));
        });
        return content.finish(storeList_);
    }

    vault::ContentRef storeLarge(connectors::ObjectReader& reader) {
        auto object = std::make_shared<LargeObject>();
        vault::ContentWriter content;
        std::size_t nextNumber = 0;
        std::size_t nextToAdd = 0;
        try {
            cut(reader, [&](BufferPool::Buffer& buffer, std::size_t sizeBytes, std::size_t fill) {
                BufferPool::Buffer next = pipeline_.buffers_.take();
                std::copy_n(buffer.bytes().begin() + static_cast<std::ptrdiff_t>(sizeBytes), fill - sizeBytes,
                            next.bytes().begin() + static_cast<std::ptrdiff_t>(sizeBytes));
                Piece piece{object, nextNumber++, std::move(buffer), sizeBytes, reader.layout()};
                buffer = std::move(next);
                dispatch(std::move(piece));
                collect(*object, content, nextToAdd);
            });
        } catch (...) {
            waitForPieces(*object);
            throw;
        }
        waitForPieces(*object);
        collect(*object, content, nextToAdd);
        pipeline_.throwIfFailed();
        return content.finish(storeList_);
    }

    /// Reads to the end and calls `onPiece(buffer, pieceBytes, filledBytes)` for each piece at the buffer's
    /// start. The call may put another buffer in its place that holds the bytes behind the piece at the same
    /// offsets.
    template <typename OnPiece>
    void cut(connectors::ObjectReader& reader, OnPiece onPiece) {
        BufferPool::Buffer buffer = pipeline_.buffers_.take();
        const bool inPages = reader.layout() == connectors::ContentLayout::FixedPages;
        vault::Chunker::Scan scan(pipeline_.session_.vault().chunker());
        std::size_t fill = 0;
        bool atEnd = false;
        while (!atEnd) {
            const std::size_t room = std::min(kReadBytes, (inPages ? kPagesPieceBytes : kBufferBytes) - fill);
            const std::size_t got = read(reader, buffer.bytes().subspan(fill, room));
            fill += got;
            atEnd = got == 0;
            for (;;) {
                std::size_t end =
                    inPages ? (fill == kPagesPieceBytes ? fill : 0) : scan.end(buffer.bytes().first(fill));
                if (end == 0 && (!atEnd || fill == 0)) break;
                if (end == 0) end = fill;
                onPiece(buffer, end, fill);
                std::copy(buffer.bytes().begin() + static_cast<std::ptrdiff_t>(end),
                          buffer.bytes().begin() + static_cast<std::ptrdiff_t>(fill), buffer.bytes().begin());
                fill -= end;
                scan = vault::Chunker::Scan(pipeline_.session_.vault().chunker());
            }
        }
    }

    std::vector<vault::ChunkRef> storePiece(base::ByteView piece, connectors::ContentLayout layout) {
        std::vector<vault::ChunkRef> refs;
        const std::uint64_t newBefore = data_.newBytes();
        const std::size_t step = layout == connectors::ContentLayout::FixedPages
                                     ? connectors::kPageBytes
                                     : std::max<std::size_t>(piece.size(), 1);
        for (std::size_t at = 0; at < piece.size(); at += step) {
            const base::ByteView chunk = piece.subspan(at, std::min(step, piece.size() - at));
            refs.push_back({data_.store(chunk), chunk.size()});
        }
        pipeline_.progress_.bytesNew.fetch_add(data_.newBytes() - newBefore, std::memory_order_relaxed);
        return refs;
    }

    void addAll(vault::ContentWriter& content, const std::vector<vault::ChunkRef>& refs) {
        for (const vault::ChunkRef& ref : refs) content.add(ref, storeList_);
    }

    void dispatch(Piece piece) {
        {
            const std::lock_guard lock(piece.object->mutex);
            ++piece.object->outstanding;
        }
        if (!pipeline_.queue_.tryPushPart(piece)) help(std::move(piece));
    }

    /// Does a piece, for this or another worker's object. Always delivers, so that nobody waits for ever.
    void help(Piece piece) {
        std::vector<vault::ChunkRef> refs;
        try {
            if (!pipeline_.hasFailed_)
                refs = storePiece(piece.buffer.bytes().first(piece.sizeBytes), piece.layout);
        } catch (...) {
            pipeline_.fail(base::currentError());
        }
        piece.object->deliver(piece.number, std::move(refs));
    }

    void collect(LargeObject& object, vault::ContentWriter& content, std::size_t& nextToAdd) {
        for (;;) {
            std::vector<vault::ChunkRef> refs;
            {
                const std::lock_guard lock(object.mutex);
                const auto next = object.done.find(nextToAdd);
                if (next == object.done.end()) return;
                refs = std::move(next->second);
                object.done.erase(next);
            }
            ++nextToAdd;
            addAll(content, refs);
        }
    }

    void waitForPieces(LargeObject& object) {
        for (;;) {
            {
                const std::lock_guard lock(object.mutex);
                if (object.outstanding == 0) return;
            }
            if (auto piece = pipeline_.queue_.tryPopPart()) {
                help(std::move(*piece));
                continue;
            }
            std::unique_lock lock(object.mutex);
            object.arrived.wait(lock, [&] { return object.outstanding == 0; });
        }
    }

    ContentPipeline& pipeline_;
    vault::ChunkStorer data_;
    vault::ChunkStorer lists_;
    const vault::ContentWriter::StoreList storeList_ = [this](base::ByteView list) {
        return lists_.store(list);
    };
};

ContentPipeline::ContentPipeline(vault::StoreSession& session, unsigned workers, Progress& progress,
                                 FaultLog& faults, const base::CancelToken& cancel)
    : session_(session),
      progress_(progress),
      faults_(faults),
      cancel_(cancel),
      buffers_(kBufferBytes),
      queue_(2 * std::size_t{workers}, workers) {
    threads_ = base::startWorkers(workers, [this] {
        try {
            Worker(*this).run();
        } catch (...) {
            fail(base::currentError());
        }
    });
}

ContentPipeline::~ContentPipeline() {
    hasFailed_ = true;  // what is still queued is settled without work
    join();
}

void ContentPipeline::submit(Batch batch) {
    if (batch.empty()) return;
    if (!queue_.pushJob(std::move(batch))) throwIfFailed();
}

void ContentPipeline::finish() {
    join();
    throwIfFailed();
}

void ContentPipeline::join() {
    queue_.close();
    for (std::jthread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void ContentPipeline::fail(const base::Error& error) noexcept {
    const std::lock_guard lock(failureMutex_);
    if (!failure_) failure_ = error;
    hasFailed_ = true;
}

void ContentPipeline::throwIfFailed() {
    if (!hasFailed_) return;
    const std::lock_guard lock(failureMutex_);
    if (failure_) throw base::Error(*failure_);
}

vault::TreeEntry treeEntryOf(connectors::ObjectHeader header) {
    vault::TreeEntry entry;
    entry.key = std::move(header.key);
    entry.kind = static_cast<std::uint8_t>(header.kind);
    entry.sizeBytes = header.sizeBytes;
    entry.modified = header.modified;
    entry.target = std::move(header.target);
    entry.changeToken = std::move(header.changeToken);
    entry.metadata = std::move(header.metadata);
    return entry;
}

void headerFromEntry(const vault::TreeEntry& entry, connectors::ObjectHeader& header) {
    header.key = entry.key;
    header.kind = static_cast<connectors::ObjectKind>(entry.kind);
    header.sizeBytes = entry.sizeBytes;
    header.modified = entry.modified;
    header.target = entry.target;
    header.changeToken = entry.changeToken;
    header.metadata = entry.metadata;
}

}  // namespace engine
