// SPDX-License-Identifier: Apache-2.0
// child_output.hpp: what a child of a test says.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "platform/base/error.hpp"
#include "platform/child_process.hpp"

namespace test {

/// What `start` returns. Wine fails one start in four thousand with this error, whatever the program is;
/// there it is tried again.
template <class Start>
auto startedBy(const Start& start) {
    for (int left = 2;; --left) {
        try {
            return start();
        } catch (const base::Error& error) {
            if (left == 0 || std::string(error.what()).find("(Windows error 1359)") == std::string::npos)
                throw;
        }
    }
}

/// platform::startChild(), for children that do start.
inline std::unique_ptr<platform::ChildProcess> start(const platform::ChildCommand& command) {
    return startedBy([&] { return platform::startChild(command); });
}

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
