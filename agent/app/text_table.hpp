// SPDX-License-Identifier: Apache-2.0
// text_table.hpp: columns of text that line up.
#pragma once

#include <string>
#include <vector>

namespace app {

enum class Align { Left, Right };

struct Column {
    std::string title;
    Align align = Align::Left;
};

/// Gathers rows and prints them under their titles. Texts are printable already; widths count UTF-8
/// characters.
class TextTable final {
public:
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One text a column.
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    [[nodiscard]] std::string text() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace app
