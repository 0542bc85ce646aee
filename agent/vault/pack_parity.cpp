// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_parity.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace vault {

namespace {

constexpr std::size_t kFieldBytes = 32;  // of the descriptor; a hash of them follows
constexpr std::size_t kDescriptorBytes = kFieldBytes + SHA256_DIGEST_LENGTH;
constexpr std::array<base::Byte, 4> kMagic{'H', 'B', 'R', 'P'};
constexpr base::Byte kVersion = 1;
constexpr std::size_t kHashBytes = 8;
constexpr double kRareLoss = 1e-9;
constexpr double kRareHashLoss = 1.01e-7;  // so that seven copies do for 10 %, however that is rounded
constexpr std::size_t kMostCopies = 64;
constexpr std::size_t kFullBlocks = kPackBytes / kParityBlockBytes;

std::array<base::Byte, SHA256_DIGEST_LENGTH> sha256(base::ByteView bytes) {
    std::array<base::Byte, SHA256_DIGEST_LENGTH> digest{};
    SHA256(bytes.data(), bytes.size(), digest.data());
    return digest;
}

std::size_t dividedUp(std::size_t a, std::size_t b) noexcept { return (a + b - 1) / b; }

/// To whole blocks.
std::size_t roundedUp(std::size_t offset) noexcept {
    return dividedUp(offset, kParityBlockBytes) * kParityBlockBytes;
}

bool fitInStripe(std::size_t columns, unsigned percent) {
    return columns + parityRows(columns, percent) <= kMostStripeBlocks;
}

std::size_t mostInOneStripe(unsigned percent) {
    std::size_t columns = kMostStripeBlocks;
    while (!fitInStripe(columns, percent)) --columns;
    return columns;
}

/// The fewest stripes that a full pack can be cut into.
std::size_t stripesOfFullPack(unsigned percent) {
    std::size_t stripes = 1;
    while (!fitInStripe(dividedUp(kFullBlocks, stripes), percent)) ++stripes;
    return stripes;
}

/// Descriptor and hashes lie in the pack so often that hardly ever all copies of a block of them are lost.
std::size_t copiesFor(unsigned percent) {
    std::size_t copies = 1;
    for (double chance = percent / 100.0; chance > kRareHashLoss; chance *= percent / 100.0) ++copies;
    return copies;
}

base::Bytes encodeDescriptor(const ParityLayout& layout, std::size_t copy) {
    base::Bytes descriptor(kFieldBytes);
    std::copy(kMagic.begin(), kMagic.end(), descriptor.begin());
    descriptor[4] = kVersion;
    descriptor[5] = static_cast<base::Byte>(layout.percent);
    descriptor[6] = static_cast<base::Byte>(copy);
    base::storeLittleEndian(descriptor.data() + 8, layout.rows);
    base::storeLittleEndian(descriptor.data() + 12, layout.stripes);
    base::storeLittleEndian(descriptor.data() + 16, layout.copies);
    base::storeLittleEndian(descriptor.data() + 20, layout.bodyBytes);
    base::append(descriptor, sha256(descriptor));
    return descriptor;
}

base::Bytes joinSection(const ParityLayout& layout, base::ByteView hashes, base::ByteView parity) {
    base::Bytes section(layout.sectionBytes());
    const auto place = [&](std::size_t offset, base::ByteView bytes) {
        std::ranges::copy(bytes,
                          section.begin() + static_cast<std::ptrdiff_t>(offset - layout.sectionOffset()));
    };
    place(layout.parityOffset(), parity);
    for (std::size_t copy = 0; copy < layout.copies; ++copy) {
        place(layout.copyOffset(copy), encodeDescriptor(layout, copy));
        place(layout.copyOffset(copy) + kDescriptorBytes, hashes);
    }
    return section;
}

/// Nothing for bytes that are no descriptor of a section that can be, at this offset of a pack.
std::optional<ParityLayout> decodeDescriptor(base::ByteView object, std::size_t offset) {
    const auto fields = object.subspan(offset, kFieldBytes);
    if (!std::equal(kMagic.begin(), kMagic.end(), fields.begin()) || fields[4] != kVersion ||
        !std::ranges::equal(sha256(fields), object.subspan(offset + kFieldBytes, SHA256_DIGEST_LENGTH))) {
        return std::nullopt;
    }
    ParityLayout layout;
    layout.percent = fields[5];
    layout.rows = base::loadLittleEndian<std::uint32_t>(fields.data() + 8);
    layout.stripes = base::loadLittleEndian<std::uint32_t>(fields.data() + 12);
    layout.copies = base::loadLittleEndian<std::uint32_t>(fields.data() + 16);
    layout.bodyBytes = base::loadLittleEndian<std::uint32_t>(fields.data() + 20);
    const std::size_t copy = fields[6];
    if (layout.bodyBytes < kLeastPackBytes || layout.bodyBytes > kPackBytes || layout.stripes == 0 ||
        layout.stripes > layout.blocks() || layout.rows == 0 || layout.rows > kMostStripeBlocks ||
        dividedUp(layout.blocks(), layout.stripes) + layout.rows > kMostStripeBlocks ||
        layout.parityBlocks() > kMostPackBytes / kParityBlockBytes || layout.copies > kMostCopies ||
        copy >= layout.copies || layout.copyOffset(copy) != offset) {
        return std::nullopt;
    }
    if (layout.bodyBytes + layout.sectionBytes() > kMostPackBytes) return std::nullopt;
    return layout;
}

/// From any descriptor that is left.
std::optional<ParityLayout> findLayout(base::ByteView object) {
    for (std::size_t at = 0; at + kDescriptorBytes <= object.size(); at += kParityBlockBytes) {
        if (const auto layout = decodeDescriptor(object, at)) return layout;
    }
    return std::nullopt;
}

/// A pack in the middle of its healing.
class Healing final {
public:
    Healing(base::ByteView object, const ParityLayout& layout) : layout_(layout) {
        const std::size_t sizeBytes = layout.bodyBytes + layout.sectionBytes();
        healed_.object.assign(object.begin(), object.end());
        healed_.object.resize(sizeBytes);
        const auto all = base::ByteView(healed_.object);
        base::append(body_, all.first(layout.sectionOffset()));
        base::append(body_, all.last(kFooterBytes));
        body_.resize(layout.blocks() * kParityBlockBytes);
        parity_ = all.subspan(layout.parityOffset(), layout.parityBlocks() * kParityBlockBytes);
        for (std::size_t copy = 0; copy < layout.copies; ++copy) {
            hashes_.push_back(all.subspan(layout.copyOffset(copy) + kDescriptorBytes, layout.hashBytes()));
        }
        const auto section = all.subspan(layout.sectionOffset(), layout.sectionBytes());
        isFrameIntact_ = object.size() == sizeBytes &&
                         std::ranges::equal(section, joinSection(layout, hashes_.front(), parity_));
    }

    HealedPack run() && {
        healed_.percent = layout_.percent;
        healed_.isWhole = true;
        for (std::size_t stripe = 0; stripe < layout_.stripes; ++stripe) {
            if (!healStripe(stripe)) healed_.isWhole = false;
        }
        healed_.isIntact = isFrameIntact_ && healed_.damagedBlocks == 0;
        std::copy_n(body_.begin(), layout_.sectionOffset(), healed_.object.begin());
        std::copy_n(body_.begin() + static_cast<std::ptrdiff_t>(layout_.sectionOffset()), kFooterBytes,
                    healed_.object.end() - std::ptrdiff_t{kFooterBytes});
        return std::move(healed_);
    }

private:
    /// `number` counts data blocks first, then parity blocks. Any copy of a hash will do.
    [[nodiscard]] bool isIntact(base::ByteView block, std::size_t number) const {
        const auto digest = sha256(block);
        return std::ranges::any_of(hashes_, [&](base::ByteView copy) {
            return std::ranges::equal(base::ByteView(digest).first(kHashBytes),
                                      copy.subspan(number * kHashBytes, kHashBytes));
        });
    }

    bool healStripe(std::size_t stripe) {
        std::vector<std::size_t> missing;
        std::vector<std::size_t> intactRows;
        for (std::size_t block = stripe; block < layout_.blocks(); block += layout_.stripes) {
            if (!isIntact(bodyBlock(block), block)) missing.push_back(block / layout_.stripes);
        }
        for (std::size_t row = 0; row < layout_.rows; ++row) {
            const std::size_t number = row * layout_.stripes + stripe;
            if (isIntact(parityBlock(number), layout_.blocks() + number)) intactRows.push_back(row);
        }
        healed_.damagedBlocks += missing.size() + layout_.rows - intactRows.size();
        if (missing.size() > intactRows.size()) return false;
        if (!missing.empty()) solve(stripe, missing, intactRows);
        return true;
    }

    void solve(std::size_t stripe, const std::vector<std::size_t>& missing,
               const std::vector<std::size_t>& intactRows) {
        base::Bytes rows;
        for (std::size_t row = 0; row < layout_.rows; ++row) {
            base::append(rows, parityBlock(row * layout_.stripes + stripe));
        }
        for (std::size_t block = stripe; block < layout_.blocks(); block += layout_.stripes) {
            const std::size_t column = block / layout_.stripes;
            if (!std::binary_search(missing.begin(), missing.end(), column)) {
                addToParity(rows, column, bodyBlock(block));
            }
        }
        base::Bytes found(missing.size() * kParityBlockBytes);
        solveMissing(rows, intactRows, missing, found);
        for (std::size_t i = 0; i < missing.size(); ++i) {
            const std::size_t block = missing[i] * layout_.stripes + stripe;
            std::copy_n(found.begin() + static_cast<std::ptrdiff_t>(i * kParityBlockBytes), kParityBlockBytes,
                        body_.begin() + static_cast<std::ptrdiff_t>(block * kParityBlockBytes));
        }
    }

    [[nodiscard]] base::ByteView bodyBlock(std::size_t block) const {
        return base::ByteView(body_).subspan(block * kParityBlockBytes, kParityBlockBytes);
    }
    [[nodiscard]] base::ByteView parityBlock(std::size_t number) const {
        return parity_.subspan(number * kParityBlockBytes, kParityBlockBytes);
    }

    const ParityLayout layout_;
    HealedPack healed_;
    base::Bytes body_;                    // padded to whole blocks
    std::vector<base::ByteView> hashes_;  // all copies
    base::ByteView parity_;
    bool isFrameIntact_ = false;  // all of the section but the parity blocks
};

}  // namespace

std::size_t ParityLayout::blocks() const noexcept { return dividedUp(bodyBytes, kParityBlockBytes); }

std::size_t ParityLayout::hashBytes() const noexcept { return (blocks() + parityBlocks()) * kHashBytes; }

std::size_t ParityLayout::sectionBytes() const noexcept { return copyOffset(copies) - sectionOffset(); }

std::size_t ParityLayout::copyBytes() const noexcept { return roundedUp(kDescriptorBytes + hashBytes()); }

std::size_t ParityLayout::parityOffset() const noexcept {
    return roundedUp(sectionOffset()) + frontCopies() * copyBytes();
}

std::size_t ParityLayout::copyOffset(std::size_t copy) const noexcept {
    const std::size_t parityBytes = copy < frontCopies() ? 0 : parityBlocks() * kParityBlockBytes;
    return roundedUp(sectionOffset()) + copy * copyBytes() + parityBytes;
}

std::size_t parityRows(std::size_t columns, unsigned percent) noexcept {
    const double chance = percent / 100.0;
    for (std::size_t rows = 1;; ++rows) {
        // Of the binomial distribution of lost blocks the terms that heal.
        const auto count = static_cast<double>(columns + rows);
        double term = std::pow(1 - chance, count);
        double healed = term;
        for (std::size_t i = 0; i < rows; ++i) {
            const auto lost = static_cast<double>(i);
            term *= (count - lost) / (lost + 1) * chance / (1 - chance);
            healed += term;
        }
        if (1 - healed <= kRareLoss) return rows;
    }
}

ParityEncoder::ParityEncoder(unsigned percent)
    : percent_(percent), mostInOneStripe_(mostInOneStripe(percent)) {}

void ParityEncoder::add(base::ByteView body) {
    while (!body.empty()) {
        const std::size_t part = std::min(body.size(), kParityBlockBytes - unfinished_.size());
        if (part == kParityBlockBytes) {
            addBlock(body.first(part));
        } else {
            base::append(unfinished_, body.first(part));
            if (unfinished_.size() == kParityBlockBytes) addBlock(std::exchange(unfinished_, {}));
        }
        body = body.subspan(part);
    }
}

void ParityEncoder::addBlock(base::ByteView block) {
    const std::size_t number = hashes_.size() / kHashBytes;
    base::append(hashes_, base::ByteView(sha256(block)).first(kHashBytes));
    if (stripeRows_.empty() && number < mostInOneStripe_) {
        base::append(early_, block);
        return;
    }
    if (stripeRows_.empty()) {
        const std::size_t stripes = stripesOfFullPack(percent_);
        beginStripes(stripes, parityRows(dividedUp(kFullBlocks, stripes), percent_));
    }
    spread(number, block);
}

void ParityEncoder::beginStripes(std::size_t stripes, std::size_t rows) {
    stripeRows_.assign(stripes, base::Bytes(rows * kParityBlockBytes));
    const base::Bytes early = std::exchange(early_, {});
    for (std::size_t at = 0; at < early.size(); at += kParityBlockBytes) {
        spread(at / kParityBlockBytes, base::ByteView(early).subspan(at, kParityBlockBytes));
    }
}

void ParityEncoder::spread(std::size_t number, base::ByteView block) {
    addToParity(stripeRows_[number % stripeRows_.size()], number / stripeRows_.size(), block);
}

base::Bytes ParityEncoder::finish() {
    ParityLayout layout;
    layout.percent = percent_;
    layout.copies = static_cast<std::uint32_t>(copiesFor(percent_));
    layout.bodyBytes =
        static_cast<std::uint32_t>(hashes_.size() / kHashBytes * kParityBlockBytes + unfinished_.size());
    if (!unfinished_.empty()) {
        unfinished_.resize(kParityBlockBytes);
        addBlock(unfinished_);
    }
    if (stripeRows_.empty()) beginStripes(1, parityRows(layout.blocks(), percent_));
    layout.stripes = static_cast<std::uint32_t>(stripeRows_.size());
    layout.rows =
        static_cast<std::uint32_t>(parityRows(dividedUp(layout.blocks(), layout.stripes), percent_));
    const base::Bytes parity = collectParity(layout);
    for (std::size_t at = 0; at < parity.size(); at += kParityBlockBytes) {
        const auto block = base::ByteView(parity).subspan(at, kParityBlockBytes);
        base::append(hashes_, base::ByteView(sha256(block)).first(kHashBytes));
    }
    return joinSection(layout, hashes_, parity);
}

base::Bytes ParityEncoder::collectParity(const ParityLayout& layout) const {
    base::Bytes parity;
    for (std::size_t row = 0; row < layout.rows; ++row) {
        for (const base::Bytes& rows : stripeRows_) {
            base::append(parity, base::ByteView(rows).subspan(row * kParityBlockBytes, kParityBlockBytes));
        }
    }
    return parity;
}

std::optional<HealedPack> healPack(base::ByteView object) {
    const auto layout = findLayout(object);
    if (!layout) return std::nullopt;
    return Healing(object, *layout).run();
}

}  // namespace vault
