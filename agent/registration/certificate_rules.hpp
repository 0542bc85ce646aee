// SPDX-License-Identifier: Apache-2.0
// certificate_rules.hpp: what the fields of a certificate may be. Issuer and client keep to the same rules.
#pragma once

#include <string>

#include "agent/registration/certificate.hpp"

namespace registration {

/// Throws Error (Invalid, "CERT-0009"). `why` is a sentence without its full stop, and not empty.
[[noreturn]] void throwUnsound(std::string why);

/// Throws as throwUnsound() does, unless every field is as it may be.
void requireSound(const Certificate& certificate);

}  // namespace registration
