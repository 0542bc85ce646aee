// SPDX-License-Identifier: Apache-2.0
// trusted_roots.hpp: certificates out of the stores of Windows.
#pragma once

#include <windows.h>

#include <wincrypt.h>

struct x509_store_st;  // OpenSSL's X509_STORE

namespace platform::windows {

/// Adds to `to` the certificates of `from` that may vouch for servers: their properties name no purposes, or
/// servers among them, and they are not in `distrusted` as well, which may be null. One that OpenSSL cannot
/// read is left out.
void trustCertificates(HCERTSTORE from, HCERTSTORE distrusted, x509_store_st* to);

}  // namespace platform::windows
