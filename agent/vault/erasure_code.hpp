// SPDX-License-Identifier: Apache-2.0
// erasure_code.hpp: Reed-Solomon parity over blocks (agent/doc/vault_format.md, "Parity").
//
// A stripe has data blocks in columns 0, 1, … and parity blocks in rows 0, 1, …. Each parity block is the sum
// of the data blocks, each multiplied by coefficient(row, column). The coefficients are those of a Cauchy
// matrix, of which every square part can be inverted: any d rows bring back any d columns. A coefficient
// depends on nothing but its row and column, so blocks are added as they come, while nobody knows how many
// there will be.
#pragma once

#include <vector>

#include "platform/base/bytes.hpp"

namespace vault {

/// The unit that is damaged and healed: what a disk loses at once.
inline constexpr std::size_t kParityBlockBytes = 4096;

/// Rows and columns of a stripe, together.
inline constexpr std::size_t kMostStripeBlocks = 256;

/// Factor of a data block in a parity block, in the field GF(2^8) of the polynomial 0x11D. The row and the
/// column add up to less than kMostStripeBlocks.
std::uint8_t parityCoefficient(std::size_t row, std::size_t column) noexcept;

/// Adds a data block (kParityBlockBytes) to all parity blocks of its stripe, which lie one after the other.
void addToParity(base::MutableBytes rows, std::size_t column, base::ByteView block);

/// Works the data blocks of `missing` columns out and stores them, one after the other, in `to`. `rows` are
/// all parity blocks of the stripe with all its other data blocks added once more, so that these are gone
/// from the sums; `intactRows` names those that can be relied on, at least as many as columns are missing.
void solveMissing(base::ByteView rows, const std::vector<std::size_t>& intactRows,
                  const std::vector<std::size_t>& missing, base::MutableBytes to);

}  // namespace vault
