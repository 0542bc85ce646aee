// SPDX-License-Identifier: Apache-2.0
// file_restorer.hpp: writes one regular file of a restore.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "connectors/files/file_metadata.hpp"
#include "connectors/files/restored_links.hpp"
#include "connectors/files/stored_streams.hpp"
#include "connectors/files/target_folder.hpp"
#include "connectors/object_stream.hpp"

namespace connectors::files {

/// Maps offsets of stored content, which leaves holes out, to offsets in the file. Read-only after it is
/// made.
class ExtentMap final {
public:
    /// For a file that is not sparse the two are the same.
    explicit ExtentMap(const FileMetadata& metadata);

    /// Calls `use(fileOffset, part)` for each run of the bytes. Throws Error (Corrupt, "FILES-0005") when
    /// there are more bytes than the runs hold.
    template <typename Use>
    void forEachRun(std::uint64_t storedOffset, base::ByteView bytes, const Use& use) const {
        while (!bytes.empty()) {
            const Run run = runAt(storedOffset, bytes.size());
            use(run.fileOffset, bytes.first(run.sizeBytes));
            storedOffset += run.sizeBytes;
            bytes = bytes.subspan(run.sizeBytes);
        }
    }

    /// How much stored content a file of this size has.
    [[nodiscard]] std::uint64_t storedBytes(std::uint64_t sizeBytes) const noexcept;

private:
    struct Run {
        std::uint64_t fileOffset;
        std::size_t sizeBytes;
    };

    [[nodiscard]] Run runAt(std::uint64_t storedOffset, std::size_t wantedBytes) const;

    bool isSparse_;
    std::vector<platform::DataExtent> extents_;
    std::vector<std::uint64_t> storedEnds_;  // where each extent ends in the stored content
};

/// Writes under a temporary name in the same folder and renames when all is there, so that nobody ever sees
/// half a file under its name.
class FileRestorer final : public ContentWriter {
public:
    /// `links` is nullptr for a file with one name.
    FileRestorer(std::shared_ptr<TargetFolder> folder, std::string name, std::string key,
                 std::uint64_t sizeBytes, platform::Timestamp modified, FileMetadata metadata,
                 std::shared_ptr<RestoredLinks> links);
    ~FileRestorer() override;

    void open() override;
    void writeAt(std::uint64_t offset, base::ByteView bytes) override;
    void finish() override;
    void abandon() noexcept override;

private:
    void applyMetadata(const platform::Directory& folder);

    std::shared_ptr<TargetFolder> folder_;
    const std::string name_;
    const std::string key_;
    const std::uint64_t sizeBytes_;
    const platform::Timestamp modified_;
    const FileMetadata metadata_;
    const ExtentMap extents_;
    StreamsWriter streams_;
    const std::shared_ptr<RestoredLinks> links_;
    std::string temporary_;
    std::unique_ptr<platform::File> file_;
    std::atomic<std::uint64_t> writtenBytes_ = 0;
    bool isDone_ = false;
};

}  // namespace connectors::files
