// SPDX-License-Identifier: Apache-2.0
// erasure_code_test.cpp: the field, and stripes that lose blocks.
#include "agent/vault/erasure_code.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <numeric>

#include "tests/support/random_bytes.hpp"

namespace {

using vault::kParityBlockBytes;

/// Long multiplication of polynomials, and then the remainder by x^8 + x^4 + x^3 + x^2 + 1.
unsigned fieldProduct(unsigned a, unsigned b) {
    unsigned product = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
        if ((b >> bit & 1) != 0) product ^= a << bit;
    }
    for (unsigned bit = 15; bit >= 8; --bit) {
        if ((product >> bit & 1) != 0) product ^= 0x11Du << (bit - 8);
    }
    return product;
}

/// A random choice of `count` numbers below `limit`, in order.
std::vector<std::size_t> choose(test::Random& random, std::size_t count, std::size_t limit) {
    std::vector<std::size_t> numbers(limit);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    for (std::size_t i = 0; i < count; ++i) std::swap(numbers[i], numbers[i + random.below(limit - i)]);
    numbers.resize(count);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(erasure_codes)

BOOST_AUTO_TEST_CASE(a_coefficient_is_the_inverse_of_row_and_column) {
    for (std::size_t row = 0; row < 256; ++row) {
        for (std::size_t column = 0; row + column < 255; ++column) {
            const auto sum = static_cast<unsigned>((255 - row) ^ column);
            BOOST_REQUIRE_EQUAL(fieldProduct(vault::parityCoefficient(row, column), sum), 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(parity_is_the_sum_of_the_blocks_times_their_coefficients) {
    test::Random random(1);
    base::Bytes rows(3 * kParityBlockBytes);
    base::Bytes expected(rows.size());
    for (const std::size_t column : {0, 1, 7, 200}) {
        const base::Bytes block = random.bytes(kParityBlockBytes);
        vault::addToParity(rows, column, block);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const unsigned coefficient = vault::parityCoefficient(i / kParityBlockBytes, column);
            expected[i] ^= static_cast<base::Byte>(fieldProduct(coefficient, block[i % kParityBlockBytes]));
        }
    }
    BOOST_TEST((rows == expected));
}

BOOST_AUTO_TEST_CASE(any_rows_bring_back_as_many_columns) {
    test::Random random(2);
    for (const auto& [columns, rowCount] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {5, 3}, {40, 20}, {236, 20}}) {
        std::vector<base::Bytes> blocks;
        base::Bytes parity(rowCount * kParityBlockBytes);
        for (std::size_t column = 0; column < columns; ++column) {
            blocks.push_back(random.bytes(kParityBlockBytes));
            vault::addToParity(parity, column, blocks.back());
        }
        for (int round = 0; round < 10; ++round) {
            const std::size_t lost = 1 + random.below(std::min(columns, rowCount));
            const auto missing = choose(random, lost, columns);
            const auto intactRows = choose(random, lost + random.below(rowCount - lost + 1), rowCount);
            base::Bytes rows = parity;
            for (std::size_t column = 0; column < columns; ++column) {
                if (!std::binary_search(missing.begin(), missing.end(), column))
                    vault::addToParity(rows, column, blocks[column]);
            }
            // What a lost row holds must not matter.
            for (std::size_t row = 0; row < rowCount; ++row) {
                if (!std::binary_search(intactRows.begin(), intactRows.end(), row))
                    random.fill(base::MutableBytes(rows).subspan(row * kParityBlockBytes, kParityBlockBytes));
            }
            base::Bytes found(lost * kParityBlockBytes);
            vault::solveMissing(rows, intactRows, missing, found);
            for (std::size_t i = 0; i < lost; ++i) {
                const auto block = base::ByteView(found).subspan(i * kParityBlockBytes, kParityBlockBytes);
                BOOST_REQUIRE(std::ranges::equal(block, blocks[missing[i]]));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
