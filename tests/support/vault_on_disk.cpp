// SPDX-License-Identifier: Apache-2.0
#include "tests/support/vault_on_disk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/directory_store.hpp"

namespace test {

namespace {

using vault::Vault;

const std::string kFolder = "/disk/vault";

std::string pathOf(const std::string& object) { return kFolder + '/' + object; }

}  // namespace

VaultOnDisk::VaultOnDisk(unsigned parityPercent) {
    const auto vault =
        Vault::create(vault::createDirectoryStore(disk, kFolder), testPassword(), clock.now(), kNoCost);
    keys_.emplace(vault->keys());
    vault->setParity(parityPercent);
    expected = writeTwoPoints(*vault, clock);
}

std::unique_ptr<Vault> VaultOnDisk::open(Vault::JournalNeed need) {
    return Vault::open(vault::openDirectoryStore(disk, kFolder), *keys_, need);
}

std::vector<std::string> VaultOnDisk::objects(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& [path, bytes] : objectFiles()) {
        const std::string name = path.substr(kFolder.size() + 1);
        if (name.starts_with(folder)) names.push_back(name);
    }
    std::ranges::stable_sort(names, {}, [this](const std::string& name) { return bytesOf(name).size(); });
    return names;
}

base::Bytes VaultOnDisk::bytesOf(const std::string& object) const { return disk.files().at(pathOf(object)); }

std::size_t VaultOnDisk::sectorsOf(const std::string& object) const {
    constexpr std::size_t kSectorBytes = PowerCutFileSystem::kSectorBytes;
    return (bytesOf(object).size() + kSectorBytes - 1) / kSectorBytes;
}

std::map<std::string, base::Bytes> VaultOnDisk::objectFiles() const {
    auto files = disk.files();
    std::erase_if(files, [](const auto& file) { return file.first.starts_with(pathOf("tmp/")); });
    return files;
}

void VaultOnDisk::lose(const std::string& object, std::size_t sector) {
    disk.loseSector(pathOf(object), sector);
}

void VaultOnDisk::damage(const std::string& object, const std::function<void(base::Bytes&)>& change) {
    disk.damage(pathOf(object), change);
}

LostObjects VaultOnDisk::repairAndCheck() {
    return test::repairAndCheck([this](Vault::JournalNeed need) { return open(need); }, expected);
}

void VaultOnDisk::requireWhole(const std::string& when) {
    const auto vault = open(Vault::JournalNeed::Required);
    const auto report = verifyAt(*vault, vault::VerifyDepth::Data);
    for (const auto& problem : report.problems) {
        BOOST_ERROR(when << ": " << problem.object << ": " << problem.sentence);
    }
    BOOST_TEST_REQUIRE(report.isSound(), when);
    BOOST_TEST_REQUIRE(vault->state().points.size() == expected.size(), when);
    BOOST_TEST_REQUIRE(readEverything(*vault, expected).empty(), when);
}

}  // namespace test
