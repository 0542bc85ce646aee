// SPDX-License-Identifier: Apache-2.0
// status_lines.hpp: a few lines at the bottom of a terminal that are written over again and again.
#pragma once

#include <string>
#include <vector>

#include "agent/app/console.hpp"

namespace app {

/// Not thread-safe: nothing else writes to the terminal while it is up.
class StatusLines final {
public:
    explicit StatusLines(Console& console) : console_(console) {}
    ~StatusLines() { clear(); }
    StatusLines(const StatusLines&) = delete;
    StatusLines& operator=(const StatusLines&) = delete;

    /// Shows these lines, each cut to the terminal's width, in place of the last ones.
    void show(const std::vector<std::string>& lines);
    void clear() noexcept;

private:
    Console& console_;
    std::size_t shown_ = 0;
};

/// The text if it fits, else its end behind "...". Does not cut through UTF-8 characters.
std::string shortened(const std::string& text, std::size_t columns);

}  // namespace app
