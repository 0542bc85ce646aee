// SPDX-License-Identifier: Apache-2.0
// sample_vault.hpp: small vaults in memory, with restore points that are written and read back whole.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "agent/vault/store_session.hpp"
#include "agent/vault/vault.hpp"
#include "platform/clock.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/random_bytes.hpp"

namespace test {

/// Objects of a restore point by key.
using Contents = std::map<std::string, base::Bytes>;

/// What reading a restore point gave.
struct ReadBack {
    Contents contents;             // of objects that could be read whole
    std::set<std::string> failed;  // keys of objects of which something is lost
    bool isListWhole = true;       // false when a part of the tree is lost
};

/// A password cost that takes no time.
inline constexpr vault::PasswordCost kNoCost{1, 1, 1};
/// The password of every vault made here.
base::SecretBytes testPassword();

std::unique_ptr<vault::Vault> makeVault(vault::ObjectStore& store);
/// Opens a vault; the store must outlive it.
std::unique_ptr<vault::Vault> openVault(vault::ObjectStore& store, const vault::VaultKeys& keys,
                                        vault::Vault::JournalNeed need = vault::Vault::JournalNeed::Required);

/// Bytes of content in one chunk of what these functions store.
inline constexpr std::size_t kPieceBytes = 4 * base::kKiB;

/// Stores contents in an open session and describes the restore point. Nothing is committed.
vault::PointRecord storeContents(vault::StoreSession& session, const platform::Clock& clock,
                                 const Contents& contents);

/// A whole backup: session, contents, commit; contents are stored again when the commit asks for it.
vault::PointRecord writePoint(vault::Vault& vault, const platform::Clock& clock, const Contents& contents);

/// Reads all that can be read of a restore point.
ReadBack readPoint(vault::Vault& vault, const vault::PointRecord& point);

/// Objects "<prefix>0", "<prefix>1", ... of incompressible bytes.
Contents makeContents(Random& random, const std::string& prefix, std::size_t objects, std::size_t bytesEach);

}  // namespace test
