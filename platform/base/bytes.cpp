// SPDX-License-Identifier: Apache-2.0
#include "platform/base/bytes.hpp"

namespace base {

void wipe(void* memory, std::size_t sizeBytes) noexcept {
    auto* bytes = static_cast<volatile Byte*>(memory);
    for (std::size_t i = 0; i < sizeBytes; ++i) bytes[i] = 0;
}

}  // namespace base
