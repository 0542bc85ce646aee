// SPDX-License-Identifier: Apache-2.0
#include "agent/app/text_table.hpp"

#include <algorithm>

namespace app {

namespace {

std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xC0u) !=
               0x80u;  // bytes that continue a character take no room
    }));
}

}  // namespace

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    std::vector<std::string> titles;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = widthOf(columns_[i].title);
        for (const auto& row : rows_) width = std::max(width, widthOf(row[i]));
        widths.push_back(width);
        titles.push_back(columns_[i].title);
    }
    std::string text;
    const auto append = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - widthOf(row[i]), ' ');
            const bool isLast = i + 1 == row.size();
            if (columns_[i].align == Align::Right) {
                text += pad + row[i];
            } else {
                text += row[i] + (isLast ? std::string() : pad);
            }
            text += isLast ? "\n" : "  ";
        }
    };
    append(titles);
    for (const auto& row : rows_) append(row);
    return text;
}

}  // namespace app
