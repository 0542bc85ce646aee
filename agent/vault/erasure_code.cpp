// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/erasure_code.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace vault {

namespace {

constexpr std::uint8_t kReduction = 0x1D;  // of x^8 by x^8 + x^4 + x^3 + x^2 + 1

constexpr std::uint8_t product(std::uint8_t a, std::uint8_t b) noexcept {
    unsigned sum = 0;
    for (unsigned shifted = a; b != 0; b = static_cast<std::uint8_t>(b >> 1)) {
        if ((b & 1) != 0) sum ^= shifted;
        shifted <<= 1;
        if ((shifted & 0x100) != 0) shifted ^= 0x100 | kReduction;
    }
    return static_cast<std::uint8_t>(sum);
}

/// The inverse of each element; of 0, which has none, 0.
constexpr std::array<std::uint8_t, 256> makeInverses() noexcept {
    std::array<std::uint8_t, 256> inverses{};
    // 2 generates the field: its powers run through all elements, and those of its inverse backwards.
    const std::uint8_t half = 0x8E;
    std::uint8_t power = 1;
    std::uint8_t inverse = 1;
    for (int i = 0; i < 255; ++i) {
        inverses[power] = inverse;
        power = product(power, 2);
        inverse = product(inverse, half);
    }
    return inverses;
}

constexpr std::array<std::uint8_t, 256> kInverses = makeInverses();

// As many elements at a time as every processor has registers for.
using Word = std::uint64_t __attribute__((vector_size(16)));
constexpr std::size_t kPieceWords = 16;
using Piece = std::array<Word, kPieceWords>;
static_assert(kParityBlockBytes % sizeof(Piece) == 0);

Piece load(base::ByteView from, std::size_t offset) noexcept {
    Piece piece;
    std::memcpy(piece.data(), from.data() + offset, sizeof(Piece));
    return piece;
}

void store(const Piece& piece, base::MutableBytes to, std::size_t offset) noexcept {
    std::memcpy(to.data() + offset, piece.data(), sizeof(Piece));
}

void setDoubled(Piece& to, const Piece& from) noexcept {
    for (std::size_t i = 0; i < kPieceWords; ++i) {
        const Word carried = from[i] >> 7 & 0x0101010101010101;
        // The carried bits times kReduction.
        const Word reduced = carried ^ carried << 2 ^ carried << 3 ^ carried << 4;
        to[i] = (from[i] << 1 & 0xFEFEFEFEFEFEFEFE) ^ reduced;
    }
}

void setSum(Piece& to, const Piece& a, const Piece& b) noexcept {
    for (std::size_t i = 0; i < kPieceWords; ++i) to[i] = a[i] ^ b[i];
}

/// A piece times all factors of four bits and times those of the four bits above, so that each of its
/// multiples is the sum of two.
class Multiples final {
public:
    explicit Multiples(const Piece& piece) noexcept {
        low_[1] = piece;
        fill(low_);
        setDoubled(high_[1], low_[8]);
        fill(high_);
    }

    void addTo(Piece& sum, std::uint8_t factor) const noexcept {
        const Piece& low = low_[factor & 15];
        const Piece& high = high_[factor >> 4];
        for (std::size_t i = 0; i < kPieceWords; ++i) sum[i] ^= low[i] ^ high[i];
    }

private:
    using Table = std::array<Piece, 16>;

    static void fill(Table& table) noexcept {
        table[0] = {};
        for (std::size_t factor = 2; factor < table.size(); ++factor) {
            const std::size_t withoutLowestBit = factor & (factor - 1);
            if (withoutLowestBit == 0) {
                setDoubled(table[factor], table[factor / 2]);
            } else {
                setSum(table[factor], table[withoutLowestBit], table[factor ^ withoutLowestBit]);
            }
        }
    }

    Table low_;
    Table high_;
};

using Matrix = std::vector<std::vector<std::uint8_t>>;

/// Gauss and Jordan. The matrix is a square part of a Cauchy matrix: no pivot on the diagonal is ever zero,
/// because every leading minor of such a part is the determinant of one, too.
Matrix inverted(Matrix matrix) {
    const std::size_t size = matrix.size();
    Matrix inverse(size, std::vector<std::uint8_t>(size, 0));
    for (std::size_t i = 0; i < size; ++i) inverse[i][i] = 1;
    for (std::size_t pivot = 0; pivot < size; ++pivot) {
        const std::uint8_t scale = kInverses[matrix[pivot][pivot]];
        for (std::size_t i = 0; i < size; ++i) {
            matrix[pivot][i] = product(matrix[pivot][i], scale);
            inverse[pivot][i] = product(inverse[pivot][i], scale);
        }
        for (std::size_t row = 0; row < size; ++row) {
            const std::uint8_t factor = matrix[row][pivot];
            if (row == pivot || factor == 0) continue;
            for (std::size_t i = 0; i < size; ++i) {
                matrix[row][i] ^= product(matrix[pivot][i], factor);
                inverse[row][i] ^= product(inverse[pivot][i], factor);
            }
        }
    }
    return inverse;
}

}  // namespace

std::uint8_t parityCoefficient(std::size_t row, std::size_t column) noexcept {
    return kInverses[(kMostStripeBlocks - 1 - row) ^ column];
}

void addToParity(base::MutableBytes rows, std::size_t column, base::ByteView block) {
    const std::size_t count = rows.size() / kParityBlockBytes;
    for (std::size_t offset = 0; offset < kParityBlockBytes; offset += sizeof(Piece)) {
        const Multiples multiples(load(block, offset));
        for (std::size_t row = 0; row < count; ++row) {
            const std::size_t at = row * kParityBlockBytes + offset;
            Piece sum = load(rows, at);
            multiples.addTo(sum, parityCoefficient(row, column));
            store(sum, rows, at);
        }
    }
}

void solveMissing(base::ByteView rows, const std::vector<std::size_t>& intactRows,
                  const std::vector<std::size_t>& missing, base::MutableBytes to) {
    Matrix coefficients(missing.size());
    for (std::size_t i = 0; i < missing.size(); ++i) {
        for (const std::size_t column : missing) {
            coefficients[i].push_back(parityCoefficient(intactRows[i], column));
        }
    }
    const Matrix inverse = inverted(std::move(coefficients));
    for (std::size_t offset = 0; offset < kParityBlockBytes; offset += sizeof(Piece)) {
        std::vector<Piece> sums(missing.size(), Piece{});
        for (std::size_t i = 0; i < missing.size(); ++i) {
            const Multiples multiples(load(rows, intactRows[i] * kParityBlockBytes + offset));
            for (std::size_t k = 0; k < missing.size(); ++k) multiples.addTo(sums[k], inverse[k][i]);
        }
        for (std::size_t k = 0; k < missing.size(); ++k) store(sums[k], to, k * kParityBlockBytes + offset);
    }
}

}  // namespace vault
