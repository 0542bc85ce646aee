// SPDX-License-Identifier: Apache-2.0
// authorities.hpp: the certificate authorities that a store's server is checked against, as PEM.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace registration {

/// The X.509 certificates of a PEM text, written anew: without comments, keys and whatever else stood there.
/// Nothing when there is none, or one that cannot be read.
std::optional<std::string> certificatesAlone(std::string_view pem);

}  // namespace registration
