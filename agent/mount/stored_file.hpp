// SPDX-License-Identifier: Apache-2.0
// stored_file.hpp: a file of a restore point, open for reading.
#pragma once

#include <mutex>
#include <vector>

#include "agent/mount/chunk_cache.hpp"
#include "agent/vault/content_cursor.hpp"
#include "agent/vault/tree.hpp"
#include "platform/mount_host.hpp"

namespace mount {

/// Reads at any place; whoever reads on from where he stopped finds the next chunks fetched. Thread-safe.
class StoredFile final : public platform::MountedFile {
public:
    /// The reader and the cache must outlive it. Throws Error (Corrupt) when the metadata makes no sense.
    StoredFile(vault::ChunkReader& reader, ChunkCache& chunks, const vault::TreeEntry& entry);

    std::size_t readAt(std::uint64_t offset, base::MutableBytes to) override;
    [[nodiscard]] std::optional<std::uint64_t> nextData(std::uint64_t offset) const override;
    [[nodiscard]] std::uint64_t nextHole(std::uint64_t offset) const override;

private:
    /// A run of data: where it stands in the file, and where in what is stored.
    struct Run {
        std::uint64_t offset = 0;
        std::uint64_t sizeBytes = 0;
        std::uint64_t storedAt = 0;

        [[nodiscard]] std::uint64_t end() const noexcept { return offset + sizeBytes; }
    };

    [[nodiscard]] std::vector<Run>::const_iterator runEndingBehind(std::uint64_t offset) const noexcept;
    void readStored(std::uint64_t storedAt, base::MutableBytes to);
    vault::ContentCursor::Place placeOf(std::uint64_t storedAt);
    void fetchAhead(std::uint64_t storedAt, std::uint64_t end);

    ChunkCache& chunks_;
    const std::uint64_t sizeBytes_;
    std::vector<Run> runs_;  // ascending; one for a file without holes

    std::mutex mutex_;  // guards everything below
    vault::ContentCursor cursor_;
    vault::ContentCursor::Place last_;
    vault::ContentCursor ahead_;
    std::uint64_t aheadEnd_ = 0;        // up to where chunks were asked for
    std::uint64_t sequentialFrom_ = 0;  // where reading in order began
    std::uint64_t sequentialEnd_ = 0;   // and how far it came
};

}  // namespace mount
