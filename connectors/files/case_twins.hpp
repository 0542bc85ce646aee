// SPDX-License-Identifier: Apache-2.0
// case_twins.hpp: finds names of one folder that differ only in letter case, as a folder that tells case
// apart (Linux, or Windows when asked to) may hold them and others may not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace connectors::files {

/// The name with small letters, for the letters of European alphabets. What is no UTF-8 stays as it is.
std::string withoutCapitals(std::string_view name);

/// The names that were seen in one folder. Keeps 16 bytes for each that has capitals, nothing for the others:
/// in key order capitals come first.
class CaseTwins final {
public:
    /// Notes the name. True when one that was noted before is the same but for letter case.
    bool add(std::string_view name);

private:
    std::unordered_map<std::uint64_t, std::uint64_t> seen_;  // hash without capitals, hash as it is
};

}  // namespace connectors::files
