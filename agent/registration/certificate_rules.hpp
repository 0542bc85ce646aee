// SPDX-License-Identifier: Apache-2.0
// certificate_rules.hpp: what the fields of a certificate may be. Issuer and client keep to the same rules.
#pragma once

#include <string>

#include "agent/registration/certificate.hpp"
#include "platform/base/error.hpp"

namespace registration {

/// Throws Error (Invalid, "CERT-0009"). `why` is a sentence without its full stop, and not empty.
[[noreturn]] void throwUnsound(std::string why);

/// What a reader of the store's makes of a field; what it refuses is unsound.
template <typename Read>
auto readByStore(const Read& read) {
    try {
        return read();
    } catch (const base::Error& error) {
        throwUnsound(error.message());
    }
}

/// Throws as throwUnsound() does, unless every field is as it may be.
void requireSound(const Certificate& certificate);

}  // namespace registration
