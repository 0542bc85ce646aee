// SPDX-License-Identifier: Apache-2.0
#include "platform/trusted_roots.hpp"

#include <openssl/x509_vfy.h>

#include "platform/base/error.hpp"

namespace platform {

void trustSystemRoots(x509_store_st* store) {
    if (X509_STORE_set_default_paths(store) == 1) return;
    throw base::Error(base::ErrorKind::Unavailable, "TRUST-0001",
                      "The certificate authorities of this system cannot be read",
                      "Name a file of authorities with --ca-file, or install the package ca-certificates.");
}

}  // namespace platform
