// SPDX-License-Identifier: Apache-2.0
// row_fields.hpp: how enumerators, ids, moments and large numbers are kept in columns.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/database_error.hpp"

namespace catalogue {

/// The enumerators of a column, each with its word.
template <typename Enum, std::size_t Count>
using Words = std::array<std::pair<Enum, const char*>, Count>;

template <typename Enum, std::size_t Count>
const char* wordOf(const Words<Enum, Count>& words, Enum value) noexcept {
    for (const auto& [known, word] : words) {
        if (known == value) return word;
    }
    return words.front().second;
}

/// Throws Error (Corrupt) for a word that is none of them.
template <typename Enum, std::size_t Count>
Enum valueOf(const Words<Enum, Count>& words, const Statement& row, int column, const Database& database) {
    const std::string text = row.text(column);
    for (const auto& [value, word] : words) {
        if (word == text) return value;
    }
    throwDamaged("a column holds '" + text + "'", database.path());
}

/// Throws Error (Corrupt) for bytes that are no id of this kind.
template <typename Id>
Id idOf(const Statement& row, int column, const Database& database) {
    const base::ByteView bytes = row.blob(column);
    if (bytes.size() != Id::kSizeBytes) throwDamaged("an id has another size", database.path());
    return Id::fromBytes(bytes);
}

template <typename Id>
std::optional<Id> optionalIdOf(const Statement& row, int column, const Database& database) {
    if (row.isNull(column)) return std::nullopt;
    return idOf<Id>(row, column, database);
}

template <typename Id>
std::optional<base::ByteView> bytesOf(const std::optional<Id>& id) {
    if (!id) return std::nullopt;
    return id->view();
}

inline std::int64_t secondsOf(std::chrono::sys_seconds moment) noexcept {
    return moment.time_since_epoch().count();
}

inline std::optional<std::int64_t> secondsOf(const std::optional<std::chrono::sys_seconds>& moment) {
    return moment ? std::optional(secondsOf(*moment)) : std::nullopt;
}

inline std::chrono::sys_seconds momentOf(const Statement& row, int column) {
    return std::chrono::sys_seconds(std::chrono::seconds(row.integer(column)));
}

inline std::optional<std::chrono::sys_seconds> optionalMomentOf(const Statement& row, int column) {
    if (row.isNull(column)) return std::nullopt;
    return momentOf(row, column);
}

/// Columns have signs; counts past 2^63 keep their bits.
inline std::int64_t signedOf(std::uint64_t count) noexcept { return static_cast<std::int64_t>(count); }

inline std::uint64_t countOf(const Statement& row, int column) {
    return static_cast<std::uint64_t>(row.integer(column));
}

}  // namespace catalogue
