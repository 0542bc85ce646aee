// SPDX-License-Identifier: Apache-2.0
// vault_on_disk.hpp: a small vault with two restore points on a disk that fails as disks do.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/damaged_vault.hpp"
#include "tests/support/power_cut_file_system.hpp"

namespace test {

class VaultOnDisk final {
public:
    explicit VaultOnDisk(unsigned parityPercent = 0);

    [[nodiscard]] std::unique_ptr<vault::Vault> open(
        vault::Vault::JournalNeed need = vault::Vault::JournalNeed::Optional);

    /// Names of the objects of a folder ("" for all), by size, since they are random.
    [[nodiscard]] std::vector<std::string> objects(const std::string& folder) const;
    [[nodiscard]] base::Bytes bytesOf(const std::string& object) const;
    [[nodiscard]] std::size_t sectorsOf(const std::string& object) const;
    /// All that is on the disk but unfinished objects.
    [[nodiscard]] std::map<std::string, base::Bytes> objectFiles() const;

    void lose(const std::string& object, std::size_t sector);
    /// See PowerCutFileSystem::damage().
    void damage(const std::string& object, const std::function<void(base::Bytes&)>& change);

    LostObjects repairAndCheck();
    /// Verify finds nothing, and all points are there and read back whole.
    void requireWhole(const std::string& when);

    PowerCutFileSystem disk;
    ManualClock clock;
    std::map<vault::PointId, Contents> expected;

private:
    std::optional<vault::VaultKeys> keys_;
};

}  // namespace test
