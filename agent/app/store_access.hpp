// SPDX-License-Identifier: Apache-2.0
// store_access.hpp: opens the store that a place names: a folder, or a folder of a bucket.
#pragma once

#include <memory>
#include <string>

#include "agent/app/command.hpp"
#include "agent/vault/object_store.hpp"

namespace app {

/// A place as it is remembered: an absolute path, or "s3://bucket/prefix". Throws Error (Invalid) for one
/// that cannot be, and for a URL of any other kind.
std::string absolutePlace(const Command& command, const std::string& place);

/// True when a vault may be there: for a folder, when it exists; for a bucket, always, as only asking tells.
/// Throws as absolutePlace() does for a URL of any other kind.
bool mayHoldVault(const Command& command, const std::string& place);

/// What is needed to reach a place: from the options of the command, else the environment. Empty for folders,
/// for which the options are refused with Error (Invalid, "BUCKET-0002").
config::StoreAccess givenStoreAccess(const Command& command, const std::string& place);

/// Lets the book open a vault whose access key is encrypted: asks for the logon password, by
/// HBR_LOGON_PASSWORD or on the terminal, unless the key is there or not needed. Throws Error (Denied):
/// "CONFIG-0006" when nobody can be asked, "CONFIG-0007" for another password.
void unlockBook(Command& command, const config::RememberedVault& vault);

/// What reaches a vault that is remembered: its own, and from the environment what it does not have.
config::StoreAccess rememberedStoreAccess(Command& command, const config::RememberedVault& vault);

/// Keeps to the limits of the command, which outlives the store.
std::unique_ptr<vault::ObjectStore> openStore(Command& command, const std::string& place,
                                              const config::StoreAccess& access);

/// The same, for a vault to be made in an empty or missing place.
std::unique_ptr<vault::ObjectStore> createStore(Command& command, const std::string& place,
                                                const config::StoreAccess& access);

}  // namespace app
