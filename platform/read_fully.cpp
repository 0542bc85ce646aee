// SPDX-License-Identifier: Apache-2.0
#include "platform/read_fully.hpp"

namespace platform {

std::size_t readFully(File& file, std::uint64_t offset, base::MutableBytes to) {
    std::size_t done = 0;
    while (done < to.size()) {
        const std::size_t got = file.readAt(offset + done, to.subspan(done));
        if (got == 0) break;
        done += got;
    }
    return done;
}

}  // namespace platform
