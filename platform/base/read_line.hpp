// SPDX-License-Identifier: Apache-2.0
// read_line.hpp: a line out of what comes byte by byte.
#pragma once

#include <optional>

#include "platform/base/bytes.hpp"

namespace base {

/// The bytes that `readByte` gives until the end of the line, which it takes, too, and nothing of what comes
/// behind: that is for somebody else. Nothing when `readByte` is false before, or the line is longer. Wipes
/// what it held.
template <typename ReadByte>
std::optional<SecretBytes> readLine(std::size_t mostBytes, const ReadByte& readByte) {
    Bytes line;
    line.reserve(mostBytes);  // so that no copy is left behind
    char next = 0;
    bool isWhole = false;
    while (readByte(next)) {
        isWhole = next == '\n';
        if (isWhole || line.size() == mostBytes) break;
        line.push_back(static_cast<Byte>(next));
    }
    std::optional<SecretBytes> taken;
    if (isWhole) taken.emplace(ByteView(line));
    wipe(line.data(), line.size());
    return taken;
}

}  // namespace base
