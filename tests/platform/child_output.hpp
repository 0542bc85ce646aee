// SPDX-License-Identifier: Apache-2.0
// child_output.hpp: what a child of a test says.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "platform/child_process.hpp"

namespace test {

/// Longer than anything takes; who waits so long has failed.
inline constexpr std::chrono::minutes kLong{5};
inline constexpr std::chrono::milliseconds kNoTime{0};

/// Reads until the output ends with `last`, or ends.
inline std::string readUntil(platform::ChildProcess& child, const std::string& last) {
    std::string output;
    base::Bytes piece(1000);
    while (last.empty() || !output.ends_with(last)) {
        const auto count = child.readOutput(piece, kLong);
        BOOST_REQUIRE(count.has_value());
        if (*count == 0) break;
        output.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*count));
    }
    return output;
}

/// All that it says until it ends.
inline std::string outputOf(platform::ChildProcess& child) { return readUntil(child, ""); }

}  // namespace test
