// SPDX-License-Identifier: Apache-2.0
#include "platform/random.hpp"

#include <openssl/rand.h>

#include "platform/base/error.hpp"

namespace platform {

void fillRandom(base::MutableBytes to) {
    if (RAND_bytes(to.data(), static_cast<int>(to.size())) != 1) {
        throw base::Error(
            base::ErrorKind::Unavailable, "CRYPTO-0001", "The system's random number generator gave no bytes",
            "Wait until the machine has finished starting, then try again.", base::Retry::Later);
    }
}

}  // namespace platform
