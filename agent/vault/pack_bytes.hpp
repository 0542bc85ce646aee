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

    /// False when the pack is missing or ends too soon.
    bool readRange(std::uint64_t offset, base::MutableBytes to);

    /// Reads all of the pack and lets its parity heal it; from then on readRange() gives what that made of
    /// it. nullptr when there is no pack, or no parity in it. Valid as long as this.
    const HealedPack* heal();

    /// What heal() gave.
    [[nodiscard]] const HealedPack* healed() const noexcept { return healed_ ? &*healed_ : nullptr; }

private:
    ObjectStore* store_;
    std::string name_;
    std::optional<HealedPack> healed_;
};

}  // namespace vault
