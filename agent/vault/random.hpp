// SPDX-License-Identifier: Apache-2.0
// random.hpp: unpredictable bytes for keys, salts and names.
#pragma once

#include "platform/base/bytes.hpp"

namespace vault {

/// Fills the buffer from the system's generator. Throws Error (Unavailable) when it has none.
void fillRandom(base::MutableBytes to);

/// A random identifier of any StrongId type.
template <typename Id>
Id randomId() {
    Id id;
    fillRandom(id.fill());
    return id;
}

}  // namespace vault
