// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/random.hpp"

#include <openssl/rand.h>

#include "platform/base/error.hpp"

namespace vault {

void fillRandom(base::MutableBytes to) {
    if (RAND_bytes(to.data(), static_cast<int>(to.size())) != 1) {
        throw base::Error(
            base::ErrorKind::Unavailable, "CRYPTO-0001", "The system's random number generator gave no bytes",
            "Wait until the machine has finished starting, then try again.", base::Retry::Later);
    }
}

}  // namespace vault
