// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/random.hpp"

#include "platform/random.hpp"

namespace vault {

void fillRandom(base::MutableBytes to) { platform::fillRandom(to); }

}  // namespace vault
