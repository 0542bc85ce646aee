// SPDX-License-Identifier: Apache-2.0
// pack_reader.hpp: reads a pack from itself alone, as repair, verify and prune do.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "agent/vault/index_entry.hpp"
#include "agent/vault/keys.hpp"
#include "agent/vault/pack_bytes.hpp"

namespace vault {

/// An opened pack: its cipher and directory. Not thread-safe.
class PackReader final {
public:
    /// Nothing when the pack is missing, or its header, footer or directory is damaged and parity does not
    /// bring it back; `why` then tells.
    static std::optional<PackReader> open(const VaultKeys& keys, ObjectStore& store, const PackId& id,
                                          std::string& why);

    [[nodiscard]] PackKind kind() const noexcept { return directory_.kind; }
    [[nodiscard]] const std::vector<SegmentInfo>& segments() const noexcept { return directory_.segments; }
    [[nodiscard]] Cipher& cipher() noexcept { return *cipher_; }

    /// The sealed bytes of a segment; nothing when the pack ends too soon.
    std::optional<base::Bytes> readSealed(const SegmentInfo& segment);

    [[nodiscard]] bool hasParity() const noexcept { return hasParity_; }

    /// See PackBytes: from then on readSealed() gives what parity made of the pack.
    const HealedPack* heal() { return bytes_.heal(); }

private:
    PackReader(PackBytes bytes, std::unique_ptr<Cipher> cipher, PackDirectory directory, bool hasParity);

    static std::optional<PackReader> openBytes(const VaultKeys& keys, const std::string& name,
                                               PackBytes& bytes, std::uint64_t sizeBytes, std::string& why);

    PackBytes bytes_;
    std::unique_ptr<Cipher> cipher_;
    PackDirectory directory_;
    bool hasParity_ = false;
};

/// Appends the index entries of the chunks that these segments of a pack hold.
void appendEntries(const PackId& pack, const std::vector<SegmentInfo>& segments,
                   std::vector<IndexEntry>& entries);

}  // namespace vault
