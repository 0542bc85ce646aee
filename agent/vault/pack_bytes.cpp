// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_bytes.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace vault {

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
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        return false;  // the pack ends too soon
    }
}

const HealedPack* PackBytes::heal() {
    if (healed_) return healed();
    try {
        const auto object = store_->read(name_, kMostPackBytes);
        if (object) healed_ = healPack(*object);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;  // impossibly large
    }
    return healed();
}

}  // namespace vault
