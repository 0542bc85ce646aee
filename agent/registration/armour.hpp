// SPDX-License-Identifier: Apache-2.0
// armour.hpp: bytes as text that survives mail, browsers and editors: base64 between two marked lines.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/bytes.hpp"

namespace registration {

/// The largest text that is looked at.
inline constexpr std::size_t kMostTextBytes = 64 * base::kKiB;

std::string armoured(base::ByteView bytes);

/// Takes lines of any length, with CRLF, and blank lines around. Throws Error (Invalid): "CERT-0001" when
/// the text is no certificate, "CERT-0002" when its end is missing, "CERT-0003" when letters were changed.
base::Bytes unarmoured(std::string_view text);

/// Throws Error (Invalid, "CERT-0002"). `why` ends the sentence.
[[noreturn]] void throwCutShort(const std::string& why);

/// Throws Error (Invalid, "CERT-0003"). `why` ends the sentence.
[[noreturn]] void throwEdited(const std::string& why);

}  // namespace registration
