// SPDX-License-Identifier: Apache-2.0
// pack_bytes.hpp: reads a pack as it is in the store or, once that has proved damaged, as its parity heals
// it.
#pragma once

#include <optional>
#include <string>

#include "agent/vault/object_store.hpp"
#include "agent/vault/pack_parity.hpp"

namespace vault {

/// The bytes of one pack. Not thread-safe.
class PackBytes final {
public:
    /// The store must outlive this.
    PackBytes(ObjectStore& store, std::string name) : store_(&store), name_(std::move(name)) {}

    /// False when the pack is missing, ends too soon, or the disk has lost a part of the range.
    bool readRange(std::uint64_t offset, base::MutableBytes to);

    /// Reads all of the pack, around what the disk has lost, and lets its parity heal it; from then on
    /// readRange() gives what that made of it. nullptr when there is no pack, no parity in it, or so much of
    /// it lost that parity is of no use. Valid as long as this.
    const HealedPack* heal();

    /// What heal() gave.
    [[nodiscard]] const HealedPack* healed() const noexcept { return healed_ ? &*healed_ : nullptr; }

    /// True once the disk has turned out to have lost a part of what was asked for.
    [[nodiscard]] bool isUnreadable() const noexcept { return isUnreadable_; }

private:
    /// Throws Error (Corrupt) when the pack is impossibly large or becomes shorter.
    std::optional<base::Bytes> readAll();
    std::optional<base::Bytes> readAroundLosses();
    /// Takes note of what the disk has lost; throws what is not damage.
    void note(const base::Error& error);

    ObjectStore* store_;
    std::string name_;
    std::optional<HealedPack> healed_;
    bool isUnreadable_ = false;
};

}  // namespace vault
