// SPDX-License-Identifier: Apache-2.0
#include "agent/app/status_lines.hpp"

#include <algorithm>

namespace app {

namespace {

bool continuesCharacter(char letter) { return (static_cast<unsigned char>(letter) & 0xC0u) == 0x80u; }

}  // namespace

std::string shortened(const std::string& text, std::size_t columns) {
    constexpr std::string_view kDots = "...";
    if (text.size() <= columns) return text;
    if (columns <= kDots.size()) return std::string(kDots.substr(0, columns));
    std::size_t from = text.size() - (columns - kDots.size());
    while (from < text.size() && continuesCharacter(text[from])) ++from;
    return std::string(kDots) + text.substr(from);
}

void StatusLines::show(const std::vector<std::string>& lines) {
    // One column stays free, or some terminals begin a new line of their own.
    const std::size_t columns = std::max(20u, console_.columns()) - 1;
    std::string text = "\r";
    for (std::size_t i = 1; i < shown_; ++i) text += "\x1b[1A";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string line = lines[i].substr(0, columns);
        while (line.size() < lines[i].size() && !line.empty() && continuesCharacter(lines[i][line.size()]))
            line.pop_back();
        text += (i == 0 ? "\x1b[2K" : "\n\x1b[2K") + line;
    }
    shown_ = lines.size();
    console_.err(text);
}

void StatusLines::clear() noexcept {
    if (shown_ == 0) return;
    console_.err("\r\x1b[2K");
    for (std::size_t i = 1; i < shown_; ++i) console_.err("\x1b[1A\x1b[2K");
    shown_ = 0;
}

}  // namespace app
