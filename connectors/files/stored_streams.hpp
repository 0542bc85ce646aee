// SPDX-License-Identifier: Apache-2.0
// stored_streams.hpp: large alternate data streams as a part of their object's stored content.
//
// They follow the data of the object, one after the other, in the order of FileMetadata::extra.streams. So
// whatever keeps, checks, moves or prunes content does so with the streams, and knows nothing of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/files/folder.hpp"
#include "connectors/files/target_folder.hpp"
#include "connectors/object_stream.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// Reads the streams of an object one after the other.
class StreamsReader final {
public:
    StreamsReader() = default;
    explicit StreamsReader(std::vector<platform::NamedStream> streams) : listed_(std::move(streams)) {}

    /// The next bytes; 0 at the end of the last stream. A stream that has vanished is passed over, one that
    /// grows ends where it ended when it was listed. Throws what opening and reading throw.
    std::size_t read(const platform::StreamOwner& owner, base::MutableBytes to);

    /// The streams with as many bytes as were read of them.
    [[nodiscard]] const std::vector<platform::NamedStream>& done() const noexcept { return done_; }

private:
    bool openNext(const platform::StreamOwner& owner);

    std::vector<platform::NamedStream> listed_;
    std::vector<platform::NamedStream> done_;
    std::size_t next_ = 0;
    std::uint64_t leftBytes_ = 0;
    std::unique_ptr<platform::File> stream_;
};

/// Reads a folder whose streams are too large for its metadata.
class FolderStreamsReader final : public ObjectReader {
public:
    /// `header` holds all but the metadata, which are given apart.
    FolderStreamsReader(std::shared_ptr<Folder> folder, ObjectHeader header, FileMetadata metadata);

    [[nodiscard]] std::uint64_t expectedBytes() const noexcept override { return expectedBytes_; }
    void open() override { opened_ = folder_->open(); }
    std::size_t read(base::MutableBytes to) override { return streams_.read(*opened_, to); }
    ObjectHeader finish() override;

private:
    const std::shared_ptr<Folder> folder_;
    std::shared_ptr<const platform::Directory> opened_;
    ObjectHeader header_;
    FileMetadata metadata_;
    StreamsReader streams_;
    std::uint64_t expectedBytes_ = 0;
};

/// Where the streams lie in the stored content. Read-only after it is made.
class StreamMap final {
public:
    /// `storedFrom` is where the first stream begins.
    StreamMap(const std::vector<platform::NamedStream>& streams, std::uint64_t storedFrom);

    /// Calls `use(stream number, offset in the stream, part)` for each part of the stored content from
    /// `storedFrom` on. Throws Error (Corrupt, "FILES-0027") when there is more of it than the streams hold.
    template <typename Use>
    void forEachPart(std::uint64_t storedOffset, base::ByteView bytes, const Use& use) const {
        while (!bytes.empty()) {
            const Part part = partAt(storedOffset, bytes.size());
            use(part.stream, part.offset, bytes.first(part.sizeBytes));
            storedOffset += part.sizeBytes;
            bytes = bytes.subspan(part.sizeBytes);
        }
    }

    /// What of a part of the stored content lies before the streams.
    [[nodiscard]] base::ByteView dataPartOf(std::uint64_t storedOffset, base::ByteView bytes) const noexcept;
    [[nodiscard]] std::uint64_t storedEnd() const noexcept {
        return ends_.empty() ? storedFrom_ : ends_.back();
    }

private:
    struct Part {
        std::size_t stream;
        std::uint64_t offset;
        std::size_t sizeBytes;
    };

    [[nodiscard]] Part partAt(std::uint64_t storedOffset, std::size_t wantedBytes) const;

    std::uint64_t storedFrom_;
    std::vector<std::uint64_t> ends_;
};

/// Writes the streams of a restored object. What cannot be made is a warning, and the object goes without.
class StreamsWriter final {
public:
    /// `storedFrom` is where the first stream begins in the stored content.
    StreamsWriter(const std::vector<platform::NamedStream>& streams, std::uint64_t storedFrom)
        : map_(streams, storedFrom) {}

    /// Makes the streams, which are those that the constructor got.
    void open(const platform::StreamOwner& owner, const std::vector<platform::NamedStream>& streams,
              std::string_view key, RestoreReport& report);
    /// Takes a part of the stored content behind `storedFrom`. From any thread. Throws what StreamMap and
    /// writing throw.
    void writeAt(std::uint64_t storedOffset, base::ByteView bytes) const;
    /// Returns once the streams are on stable storage.
    void sync() const;
    /// Closes the streams.
    void close() noexcept { files_.clear(); }

    [[nodiscard]] const StreamMap& map() const noexcept { return map_; }

private:
    const StreamMap map_;
    std::vector<std::unique_ptr<platform::File>> files_;  // nullptr for a stream that could not be made
};

/// Writes the streams of a folder that a restore made or gives other metadata.
class FolderStreamsRestorer final : public ContentWriter {
public:
    FolderStreamsRestorer(std::shared_ptr<TargetFolder> folder, std::string key,
                          std::vector<platform::NamedStream> streams);

    void open() override;
    void writeAt(std::uint64_t offset, base::ByteView bytes) override;
    void finish() override;
    void abandon() noexcept override;

private:
    std::shared_ptr<TargetFolder> folder_;
    const std::string key_;
    const std::vector<platform::NamedStream> streams_;
    StreamsWriter writer_;
    std::atomic<std::uint64_t> writtenBytes_ = 0;
};

/// "FILES-0027": an object has not as much stored content as its metadata say.
base::Error wrongContentError();

}  // namespace connectors::files
