// SPDX-License-Identifier: Apache-2.0
// text.hpp: hex, numbers and sizes for people, and safe display of names that may hold any bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.hpp"

namespace base {

std::string encodeHex(ByteView bytes);

/// Fills all of `to`; false (and `to` unspecified) when the text is not exactly that many hex bytes.
bool decodeHex(std::string_view text, MutableBytes to);

/// "1.5 GiB"; exact below 1 KiB.
std::string formatSize(std::uint64_t sizeBytes);

/// "1h 02m 03s", "4m 05s" or "6 s".
std::string formatDuration(std::uint64_t seconds);

/// How long something took: "under 0.1 s", "0.4 s" below ten seconds, then like formatDuration().
std::string formatElapsed(std::chrono::nanoseconds time);

/// Reads "512", "64K", "1.5GiB", "10M"; nothing when it is no such size.
std::optional<std::uint64_t> parseSize(std::string_view text);

/// Reads a decimal number; nothing when anything else is in the text or it does not fit.
std::optional<std::uint64_t> parseUnsigned(std::string_view text);

/// True for well-formed UTF-8 without overlong forms or surrogates.
bool isUtf8(std::string_view text) noexcept;

/// Makes any bytes safe for a terminal and valid as UTF-8: control characters and bytes that are not
/// UTF-8 become \xNN.
std::string printable(std::string_view bytes);

std::vector<std::string_view> split(std::string_view text, char separator);

std::string_view trim(std::string_view text) noexcept;

}  // namespace base
