// SPDX-License-Identifier: Apache-2.0
// base64.hpp: bytes as mail and its servers want them.
#pragma once

#include <string>
#include <string_view>

namespace alerts {

/// Without line breaks. What is made of a secret is the caller's to wipe.
std::string base64(std::string_view bytes);

}  // namespace alerts
