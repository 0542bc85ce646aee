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
    /// What `why` tells when the disk has lost what is needed.
    static constexpr std::string_view kLostWhy = "its disk has lost a part of it";

    /// Nothing when the pack is missing, or its header, footer or directory is damaged and parity does not
    /// bring it back; `why` then tells.
    static std::optional<PackReader> open(const VaultKeys& keys, ObjectStore& store, const PackId& id,
                                          std::string& why);

    [[nodiscard]] PackKind kind() const noexcept { return directory_.kind; }
    [[nodiscard]] const std::vector<SegmentInfo>& segments() const noexcept { return directory_.segments; }
    [[nodiscard]] Cipher& cipher() noexcept { return *cipher_; }

    /// The sealed bytes of a segment; nothing when the pack ends too soon or the disk has lost some of them.
    std::optional<base::Bytes> readSealed(const SegmentInfo& segment);

    [[nodiscard]] bool hasParity() const noexcept { return hasParity_; }

    /// True once the disk has turned out to have lost a part of the pack.
    [[nodiscard]] bool isUnreadable() const noexcept { return bytes_.isUnreadable(); }

    /// See PackBytes: from then on readSealed() gives what parity made of the pack.
    const HealedPack* heal() { return bytes_.heal(); }
    [[nodiscard]] const HealedPack* healed() const noexcept { return bytes_.healed(); }

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
