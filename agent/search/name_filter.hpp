// SPDX-License-Identifier: Apache-2.0
// name_filter.hpp: tells of a block, without reading it, that no name in it can match.
//
// A bit for every three bytes in a row that a folded name in the block has. '/' stands before and behind each
// name: no name contains it, so beginnings and ends are told apart from middles.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.hpp"

namespace search {

/// Three bytes in a row, as a number.
using Trigram = std::uint32_t;

/// Those of a text that is a part of a folded name, with '/' where the name begins or ends.
[[nodiscard]] std::vector<Trigram> trigramsOf(std::string_view text);

/// Gathers the names of a block. Not thread-safe.
class NameFilterBuilder final {
public:
    NameFilterBuilder();

    void add(std::string_view name);

    /// The filter, as small as it can be without letting too much through; begins anew.
    base::Bytes finish();

private:
    std::vector<std::uint64_t> words_;
    std::string folded_;
};

/// False when no name in the block has all of these. Throws damagedIndex() for what is no filter.
[[nodiscard]] bool mayContain(base::ByteView filter, const std::vector<Trigram>& trigrams);

}  // namespace search
