// SPDX-License-Identifier: Apache-2.0
// damaged_vault.hpp: a small vault with two restore points, and ways to damage its objects.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/vault/repair.hpp"
#include "agent/vault/verify.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/sample_vault.hpp"

namespace test {

/// One way to damage an object. Does nothing when it does not fit the object.
struct Damage {
    std::string what;
    std::function<void(MemoryStore& store, const std::string& name)> apply;
};

/// Truncated, zeroed, missing, grown, bits flipped in every part, swapped with a sibling and with a stranger.
const std::vector<Damage>& allDamages();

/// Writes two restore points, the second of which shares most of its content with the first, and tells what
/// is in them.
std::map<vault::PointId, Contents> writeTwoPoints(vault::Vault& vault, ManualClock& clock);

/// A vault in memory whose second point shares most of its content with the first.
class DamagedVault final {
public:
    explicit DamagedVault(unsigned parityPercent = 0);

    /// Undoes all damage.
    void heal() { store.setObjects(whole); }
    [[nodiscard]] std::unique_ptr<vault::Vault> open() {
        return openVault(store, keys(), vault::Vault::JournalNeed::Optional);
    }
    [[nodiscard]] const vault::VaultKeys& keys() const { return *keys_; }
    /// True when the damage left the objects as they were.
    [[nodiscard]] bool isHealthy() const { return store.objects() == whole; }

    MemoryStore store;
    ManualClock clock;
    MemoryStore::Objects whole;
    std::map<vault::PointId, Contents> expected;  // of each restore point

private:
    std::unique_ptr<const vault::VaultKeys> keys_;
};

/// True for an entry of the journal that a newer one makes up for: small states are written in full each
/// time.
[[nodiscard]] bool isSuperseded(const MemoryStore::Objects& whole, const std::string& name);

vault::VerifyReport verifyAt(vault::Vault& vault, vault::VerifyDepth depth);
vault::RepairReport repairAll(vault::Vault& vault, bool rebuildIndex = false);

/// Changes what the index says: replaces its runs by one that is sealed as it should be.
void rewriteIndex(vault::Vault& vault, const std::function<void(std::vector<vault::IndexEntry>&)>& change);

/// Keys of the objects of each point that are damaged, as a report tells them.
using LostObjects = std::map<vault::PointId, std::set<std::string>>;
LostObjects lostObjects(const std::vector<vault::PointDamage>& damaged);

/// Reads every restore point. Fails the test when something is read that was never written, and when an
/// object cannot be read that `mayLack` does not allow to be lost.
LostObjects readEverything(vault::Vault& vault, const std::map<vault::PointId, Contents>& expected);

/// Opens a vault, each time anew.
using OpenVault = std::function<std::unique_ptr<vault::Vault>(vault::Vault::JournalNeed need)>;

/// Repairs the vault and fails the test unless that keeps the promises of repair.hpp: it ends, tells the
/// truth, loses nothing that could be read before, and leaves nothing to be found by a second one. Returns
/// what is lost.
LostObjects repairAndCheck(const OpenVault& open, const std::map<vault::PointId, Contents>& expected);
LostObjects repairAndCheck(DamagedVault& damaged);

}  // namespace test
