// SPDX-License-Identifier: Apache-2.0
// random.hpp: unpredictable bytes for keys, salts, tokens and names.
#pragma once

#include "platform/base/bytes.hpp"

namespace platform {

/// Fills the buffer from the system's generator. Throws Error (Unavailable, "CRYPTO-0001") when it has none.
void fillRandom(base::MutableBytes to);

}  // namespace platform
