// SPDX-License-Identifier: Apache-2.0
#include "agent/search/name_filter.hpp"

#include <algorithm>
#include <bit>

#include "agent/search/frame.hpp"
#include "agent/search/letter_case.hpp"

namespace search {

namespace {

constexpr unsigned kWordBits = 64;
constexpr std::size_t kMostWords = 4096;  // 32 KiB
constexpr std::size_t kLeastWords = 4;

constexpr Trigram trigram(char first, char second, char third) noexcept {
    const auto number = [](char c) { return static_cast<Trigram>(static_cast<unsigned char>(c)); };
    return number(first) << 16U | number(second) << 8U | number(third);
}

/// Its low bits choose the bit, so that halving a filter keeps what it says.
constexpr std::uint64_t hashOf(Trigram value) noexcept {
    const std::uint64_t mixed = value * std::uint64_t{0x9e3779b97f4a7c15};
    return mixed >> 32U;
}

/// More than one bit in four lets too many trigrams through that are not there.
bool isThin(const std::vector<std::uint64_t>& words) noexcept {
    std::size_t bits = 0;
    for (const std::uint64_t word : words) bits += static_cast<std::size_t>(std::popcount(word));
    return bits * 4 <= words.size() * kWordBits;
}

}  // namespace

std::vector<Trigram> trigramsOf(std::string_view text) {
    std::vector<Trigram> trigrams;
    for (std::size_t i = 2; i < text.size(); ++i)
        trigrams.push_back(trigram(text[i - 2], text[i - 1], text[i]));
    std::ranges::sort(trigrams);
    trigrams.erase(std::ranges::unique(trigrams).begin(), trigrams.end());
    return trigrams;
}

NameFilterBuilder::NameFilterBuilder() : words_(kMostWords) {}

void NameFilterBuilder::add(std::string_view name) {
    foldCase(name, folded_);
    folded_ += '/';
    char first = '/';
    char second = folded_[0];
    for (std::size_t i = 1; i < folded_.size(); ++i) {
        const std::uint64_t bit = hashOf(trigram(first, second, folded_[i])) % (kMostWords * kWordBits);
        words_[bit / kWordBits] |= std::uint64_t{1} << (bit % kWordBits);
        first = second;
        second = folded_[i];
    }
}

base::Bytes NameFilterBuilder::finish() {
    std::vector<std::uint64_t> words = words_;
    for (std::vector<std::uint64_t> half; words.size() > kLeastWords; words = half) {
        half.assign(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(words.size() / 2));
        for (std::size_t i = 0; i < half.size(); ++i) half[i] |= words[half.size() + i];
        if (!isThin(half)) break;
    }
    std::ranges::fill(words_, 0);
    base::Bytes filter(words.size() * sizeof(std::uint64_t));
    for (std::size_t i = 0; i < words.size(); ++i)
        base::storeLittleEndian<std::uint64_t>(filter.data() + i * sizeof(std::uint64_t), words[i]);
    return filter;
}

bool mayContain(base::ByteView filter, const std::vector<Trigram>& trigrams) {
    if (filter.size() < kLeastWords * sizeof(std::uint64_t) || !std::has_single_bit(filter.size()))
        throw damagedIndex("a filter has an impossible size");
    return std::ranges::all_of(trigrams, [&](Trigram wanted) {
        const std::uint64_t bit = hashOf(wanted) % (filter.size() * 8);
        return (filter[static_cast<std::size_t>(bit / 8)] >> (bit % 8) & 1U) != 0;
    });
}

}  // namespace search
