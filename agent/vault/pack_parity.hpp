// SPDX-License-Identifier: Apache-2.0
// pack_parity.hpp: the parity section of a pack, by which it heals (agent/doc/vault_format.md, "Parity").
//
// Packs are judged by their seals alone. Parity is asked only when a seal is broken, and what it gives back
// is judged by the seals again: it can bring back what was written and cannot make anything true.
#pragma once

#include <optional>
#include <vector>

#include "agent/vault/erasure_code.hpp"
#include "agent/vault/pack_format.hpp"

namespace vault {

/// Where things are in the parity section of a pack. The body of a pack is all of it but the section.
///
///     zeros | copies of descriptor, hashes, zeros | parity blocks | copies of descriptor, hashes, zeros
///
/// All begin at whole blocks of the pack: what a disk loses at once is part of one block of data, of one
/// block of parity or of one copy.
struct ParityLayout {
    unsigned percent = 0;  // what was asked for; the rest follows from it and from the body
    std::uint32_t rows = 0;
    std::uint32_t stripes = 0;
    std::uint32_t copies = 0;
    std::uint32_t bodyBytes = 0;

    [[nodiscard]] std::size_t blocks() const noexcept;
    [[nodiscard]] std::size_t parityBlocks() const noexcept { return std::size_t{rows} * stripes; }
    [[nodiscard]] std::size_t hashBytes() const noexcept;
    [[nodiscard]] std::size_t sectionBytes() const noexcept;

    // Offsets in the pack.
    [[nodiscard]] std::size_t sectionOffset() const noexcept { return bodyBytes - kFooterBytes; }
    [[nodiscard]] std::size_t parityOffset() const noexcept;
    /// Of the descriptor; the hashes follow.
    [[nodiscard]] std::size_t copyOffset(std::size_t copy) const noexcept;

private:
    [[nodiscard]] std::size_t frontCopies() const noexcept { return copies / 2; }
    [[nodiscard]] std::size_t copyBytes() const noexcept;
};

/// Parity blocks that a stripe of so many data blocks is given, so that it heals all but once in 10^9 times
/// when each block of either kind is lost with a chance of `percent`.
std::size_t parityRows(std::size_t columns, unsigned percent) noexcept;

/// Makes the parity section while the body of a pack passes by. One for each pack.
class ParityEncoder final {
public:
    /// `percent` is from 1 to kMostParityPercent.
    explicit ParityEncoder(unsigned percent);

    /// The next bytes of the body: of all that is not the section, the footer included.
    void add(base::ByteView body);

    /// The section, which belongs right in front of the footer. Ends the use of this encoder.
    base::Bytes finish();

private:
    void addBlock(base::ByteView block);
    void beginStripes(std::size_t stripes, std::size_t rows);
    void spread(std::size_t number, base::ByteView block);
    [[nodiscard]] base::Bytes collectParity(const ParityLayout& layout) const;

    const unsigned percent_;
    const std::size_t mostInOneStripe_;
    base::Bytes unfinished_;               // less than a block
    base::Bytes early_;                    // blocks, until it is known whether one stripe can take all
    std::vector<base::Bytes> stripeRows_;  // by stripe, one parity block after the other
    base::Bytes hashes_;
};

/// What parity made of a pack.
struct HealedPack {
    base::Bytes object;             // the pack; its body as it was written if `isWhole`
    unsigned percent = 0;           // that the vault asked for when it was written
    std::size_t damagedBlocks = 0;  // of data or parity
    bool isIntact = false;          // nothing had changed, in the section neither
    bool isWhole = false;           // otherwise some of the body could not be brought back
};

/// Heals a pack, given as it is in the store, as far as its parity goes. Nothing when it has no section, or
/// when nothing is left of it that says where it is.
std::optional<HealedPack> healPack(base::ByteView object);

}  // namespace vault
