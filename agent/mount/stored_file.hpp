// SPDX-License-Identifier: Apache-2.0
// stored_file.hpp: a file of a restore point, open for reading.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "agent/mount/chunk_cache.hpp"
#include "agent/mount/content_places.hpp"
#include "agent/vault/tree.hpp"
#include "platform/mount_host.hpp"

namespace mount {

/// Reads at any place; whoever reads on from where he stopped finds the next chunks fetched. He reads the
/// lists that name these chunks himself (one list for 32 chunks); damage there is not his. Thread-safe.
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
    ContentPlaces::Found placeOf(std::uint64_t storedAt);
    void fetchAhead(std::uint64_t storedAt, std::uint64_t end);
    std::pair<std::uint64_t, std::uint64_t> claimAhead(std::uint64_t storedAt, std::uint64_t end);

    ChunkCache& chunks_;
    const std::uint64_t sizeBytes_;
    std::vector<Run> runs_;  // ascending; one for a file without holes

    ContentPlaces places_;       // of what is read
    ContentPlaces placesAhead_;  // of what is fetched ahead

    std::mutex mutex_;                  // guards everything below; never held while anything is read
    std::uint64_t aheadEnd_ = 0;        // up to where chunks were asked for
    std::uint64_t sequentialFrom_ = 0;  // where reading in order began
    std::uint64_t sequentialEnd_ = 0;   // and how far it came
};

}  // namespace mount
