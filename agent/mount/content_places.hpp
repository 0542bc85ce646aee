// SPDX-License-Identifier: Apache-2.0
// content_places.hpp: finds the chunk that holds a byte of a content.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/vault/chunk_reader.hpp"
#include "platform/base/error.hpp"

namespace mount {

/// Goes down through the lists of a content and keeps those that led to the last byte, so who reads on reads
/// each list once. A list that cannot be read hides the chunks below it and no others, whatever was asked
/// before. Thread-safe; no lock is held while a list is read, so nobody waits for a list that another needs.
/// The reader must outlive it.
class ContentPlaces final {
public:
    ContentPlaces(vault::ChunkReader& reader, vault::ContentRef content);

    /// Where the way to a byte ends: at the chunk that holds it, or at a list above it.
    struct Found {
        vault::ChunkRef ref;
        std::uint64_t offset = 0;            // of the first byte below `ref` in the content
        std::optional<base::Error> failure;  // why the list `ref` cannot be read; nothing at a chunk

        [[nodiscard]] std::uint64_t end() const noexcept { return offset + ref.contentBytes; }
    };

    /// Nothing when the content, or a list of it, ends before the byte.
    [[nodiscard]] std::optional<Found> find(std::uint64_t offset);

private:
    struct List {
        std::vector<vault::ChunkRef> refs;
        std::uint64_t offset = 0;  // of the first byte below it

        [[nodiscard]] std::optional<Found> below(std::uint64_t at) const;
    };
    /// The outermost list first.
    using Path = std::vector<std::shared_ptr<const List>>;

    [[nodiscard]] Path knownPath(std::uint64_t offset);
    [[nodiscard]] std::shared_ptr<const List> readList(const Found& list) const;

    vault::ChunkReader& reader_;
    const unsigned depth_;
    std::mutex mutex_;  // guards path_
    Path path_;         // never empty; the lists do not change
};

}  // namespace mount
