// SPDX-License-Identifier: Apache-2.0
// ids.hpp: the identifiers of registration.
#pragma once

#include "platform/base/strong_id.hpp"

namespace registration {

/// Random; stays with a client for as long as it is registered.
using ClientId = base::StrongId<struct ClientTag, 16>;

/// Random, new for every certificate.
using CertificateId = base::StrongId<struct CertificateTag, 16>;

/// An Ed25519 public key: who signs certificates.
using IssuerId = base::StrongId<struct IssuerTag, 32>;

}  // namespace registration
