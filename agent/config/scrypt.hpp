// SPDX-License-Identifier: Apache-2.0
// scrypt.hpp: the logon password as bytes of a key: slow to work out, so that guessing is slow, too.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/bytes.hpp"

namespace config {

/// What one password costs: 128 * blockSize * 2^log2N bytes, and a tenth of a second.
struct ScryptCost {
    unsigned log2N = 15;
    unsigned blockSize = 8;
    unsigned parallel = 1;

    /// "scrypt LOG2N R P".
    [[nodiscard]] std::string text() const;
    /// Reads the first four words; nothing for what would only exhaust the machine, and is none of ours.
    static std::optional<ScryptCost> parse(std::span<const std::string_view> words);

    bool operator==(const ScryptCost&) const = default;
};

/// Throws Error (Exhausted, "CONFIG-0005") when there is no memory for it.
void stretch(std::string_view password, base::ByteView salt, const ScryptCost& cost, base::MutableBytes to);

}  // namespace config
