// SPDX-License-Identifier: Apache-2.0
// trusted_roots.hpp: the certificate authorities that this system trusts.
#pragma once

struct x509_store_st;  // OpenSSL's X509_STORE

namespace platform {

/// Adds the authorities that may vouch for servers on this system to `store`, which the caller keeps.
/// Linux: OpenSSL's default file and folder, or those that SSL_CERT_FILE and SSL_CERT_DIR name; read when
/// they are first needed. Windows: the current user's "ROOT" store, the machine's certificates among them,
/// as it is at this moment.
/// Throws Error (Unavailable, "TRUST-0001") when the system does not tell.
void trustSystemRoots(x509_store_st* store);

}  // namespace platform
