// SPDX-License-Identifier: Apache-2.0
// path_record.hpp: what the index knows about one path: its versions, and from which point to which each was
// there.
//
// Points that follow one another, of one client and plan, are a line, and numbered in it from 1 on. A version
// that does not change stands in one span however many points have it, and an open span needs no care when a
// point comes. Only what differs between a point and the one before is written, to a segment of its own: what
// began, and what ended, which is a span that tells no beginning.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace search {

/// What people see of a version. Two that differ in nothing else, such as rights, are one.
struct Version {
    std::uint8_t kind = 0;  // connectors::ObjectKind
    std::uint64_t sizeBytes = 0;
    std::int64_t modified = 0;  // seconds since 1970

    auto operator<=>(const Version&) const = default;
};

inline constexpr std::uint32_t kBeganBefore = 0;  // Span::from: an older segment knows
inline constexpr std::uint32_t kStillThere = 0;   // Span::to: to the end of its line

/// The points `from` up to but not including `to` of a line have the version.
struct Span {
    std::uint32_t line = 0;
    std::uint32_t from = kBeganBefore;
    std::uint32_t to = kStillThere;
    Version version;

    bool operator==(const Span&) const = default;
};

/// Adds what a newer segment tells of the same path: ends close open spans, all else is appended. An end that
/// finds nothing to close is appended as it is, for an older segment.
void takeOver(std::vector<Span>& spans, std::span<const Span> newer);

/// The last name of a key (names are joined by '\0').
[[nodiscard]] inline std::string_view nameOfKey(std::string_view key) noexcept {
    const std::size_t end = key.rfind('\0');
    return end == std::string_view::npos ? key : key.substr(end + 1);
}

}  // namespace search
