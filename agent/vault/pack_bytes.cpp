// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_bytes.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace vault {

namespace {

/// What is read at once around losses, and, where that fails, in it.
constexpr std::size_t kPieceBytes = 64 * base::kKiB;
constexpr std::size_t kSmallPieceBytes = 4 * base::kKiB;  // a sector of most disks, and a block of parity
/// More lost bytes than this, and more than a quarter, are beyond all parity; each one may take seconds.
constexpr std::size_t kLossWorthReading = 256 * base::kKiB;

}  // namespace

void PackBytes::note(const base::Error& error) {
    if (error.kind() != base::ErrorKind::Corrupt) throw base::Error(error);
    isUnreadable_ = isUnreadable_ || isUnreadablePart(error);
}

bool PackBytes::readRange(std::uint64_t offset, base::MutableBytes to) {
    if (healed_) {
        const base::Bytes& object = healed_->object;
        if (offset + to.size() > object.size()) return false;
        std::copy_n(object.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
        return true;
    }
    try {
        return store_->readRange(name_, offset, to);
    } catch (const base::Error& error) {
        note(error);  // the pack ends too soon, or worse
        return false;
    }
}

const HealedPack* PackBytes::heal() {
    if (healed_) return healed();
    try {
        if (const auto object = readAll()) healed_ = healPack(*object);
    } catch (const base::Error& error) {
        note(error);
    }
    // What was lost may have been zeros, which stand in for it; it is lost all the same.
    if (healed_ && isUnreadable_) healed_->isIntact = false;
    return healed();
}

std::optional<base::Bytes> PackBytes::readAll() {
    try {
        return store_->read(name_, kMostPackBytes);
    } catch (const base::Error& error) {
        if (!isUnreadablePart(error)) throw;
        isUnreadable_ = true;
        return readAroundLosses();
    }
}

/// Nothing when there is no pack, or too little of it. What is lost is zeros.
std::optional<base::Bytes> PackBytes::readAroundLosses() {
    const auto sizeBytes = store_->sizeOf(name_);
    if (!sizeBytes || *sizeBytes > kMostPackBytes) return std::nullopt;
    base::Bytes object(static_cast<std::size_t>(*sizeBytes));
    const std::size_t mostLost = std::max(kLossWorthReading, object.size() / 4);
    std::size_t lost = 0;
    for (std::size_t at = 0; at < object.size(); at += kPieceBytes) {
        const auto piece = base::MutableBytes(object).subspan(at, std::min(kPieceBytes, object.size() - at));
        if (readRange(at, piece)) continue;
        for (std::size_t inside = 0; inside < piece.size(); inside += kSmallPieceBytes) {
            const auto small = piece.subspan(inside, std::min(kSmallPieceBytes, piece.size() - inside));
            if (readRange(at + inside, small)) continue;
            std::ranges::fill(small, base::Byte{0});
            lost += small.size();
            if (lost > mostLost) return std::nullopt;
        }
    }
    return object;
}

}  // namespace vault
