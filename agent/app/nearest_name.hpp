// SPDX-License-Identifier: Apache-2.0
// nearest_name.hpp: guesses what a mistyped word was meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace app {

/// The candidate that is fewest slips of the finger away; empty when none is near.
std::string nearestName(std::string_view word, std::span<const std::string> candidates);

}  // namespace app
