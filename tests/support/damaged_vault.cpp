// SPDX-License-Identifier: Apache-2.0
#include "tests/support/damaged_vault.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/vault/run_merge.hpp"
#include "agent/vault/sealed_object.hpp"

namespace test {

namespace {

const vault::StageProgress kNoProgress = [](const std::string&, std::uint64_t, std::uint64_t) {};

Damage flip(const std::string& what, std::function<std::size_t(std::size_t size)> where, unsigned bit) {
    return {"bit flipped in " + what,
            [where = std::move(where), bit](MemoryStore& store, const std::string& name) {
                const std::size_t size = store.bytesOf(name).size();
                if (where(size) < size) store.flipBit(name, where(size), bit);
            }};
}

/// Swaps the object with the next one that `isPartner` accepts.
Damage swap(const std::string& what, bool (*isPartner)(const std::string& a, const std::string& b)) {
    return {"swapped with " + what, [isPartner](MemoryStore& store, const std::string& name) {
                for (const std::string& other : store.names()) {
                    if (other == name || !isPartner(name, other)) continue;
                    if (*store.objects().at(other) != *store.objects().at(name))
                        return store.swap(name, other);
                }
            }};
}

std::string folderOf(const std::string& name) { return name.substr(0, name.find('/')); }

void addLost(LostObjects& lost, const vault::PointId& point, const std::set<std::string>& keys) {
    if (!keys.empty()) lost[point].insert(keys.begin(), keys.end());
}

}  // namespace

const std::vector<Damage>& allDamages() {
    static const std::vector<Damage> damages = {
        {"missing", [](MemoryStore& store, const std::string& name) { store.remove(name); }},
        {"empty", [](MemoryStore& store, const std::string& name) { store.truncate(name, 0); }},
        {"cut in its header", [](MemoryStore& store, const std::string& name) { store.truncate(name, 10); }},
        {"cut to its header",
         [](MemoryStore& store, const std::string& name) { store.truncate(name, vault::kHeaderBytes); }},
        {"cut in half",
         [](MemoryStore& store, const std::string& name) {
             store.truncate(name, store.bytesOf(name).size() / 2);
         }},
        {"short of one byte",
         [](MemoryStore& store, const std::string& name) {
             store.truncate(name, store.bytesOf(name).size() - 1);
         }},
        {"zeroed",
         [](MemoryStore& store, const std::string& name) {
             store.replace(name, base::Bytes(store.bytesOf(name).size()));
         }},
        {"zeroed in its second half",
         [](MemoryStore& store, const std::string& name) {
             base::Bytes content = store.bytesOf(name);
             std::fill(content.begin() + static_cast<std::ptrdiff_t>(content.size() / 2), content.end(),
                       base::Byte{0});
             store.replace(name, std::move(content));
         }},
        {"grown",
         [](MemoryStore& store, const std::string& name) {
             base::Bytes content = store.bytesOf(name);
             content.resize(content.size() + 4096);
             store.replace(name, std::move(content));
         }},
        flip(
            "its magic", [](std::size_t) { return std::size_t{0}; }, 0),
        flip(
            "its version", [](std::size_t) { return std::size_t{4}; }, 2),
        flip(
            "its version downwards", [](std::size_t) { return std::size_t{4}; }, 0),
        flip(
            "its kind", [](std::size_t) { return std::size_t{5}; }, 0),
        flip(
            "its cipher", [](std::size_t) { return std::size_t{6}; }, 0),
        flip(
            "its salt", [](std::size_t) { return std::size_t{20}; }, 3),
        flip(
            "its first sealed byte", [](std::size_t) { return vault::kHeaderBytes; }, 7),
        flip(
            "its middle", [](std::size_t size) { return size / 2; }, 4),
        flip(
            "its third quarter", [](std::size_t size) { return size / 4 * 3; }, 4),
        flip(
            "its last byte", [](std::size_t size) { return size - 1; }, 7),
        swap("a sibling",
             [](const std::string& a, const std::string& b) { return folderOf(a) == folderOf(b); }),
        swap("a stranger",
             [](const std::string& a, const std::string& b) { return folderOf(a) != folderOf(b); }),
    };
    return damages;
}

std::map<vault::PointId, Contents> writeTwoPoints(vault::Vault& vault, ManualClock& clock) {
    std::map<vault::PointId, Contents> expected;
    Random random(42);
    Contents contents = makeContents(random, "file", 6, 20'000);
    contents["empty"] = {};
    contents["long"] = random.bytes(200'000);  // more chunks than fit in one list
    expected[writePoint(vault, clock, contents).id] = contents;
    clock.advance(std::chrono::hours(1));
    contents["file1"] = random.bytes(30'000);
    contents["later"] = random.bytes(10'000);
    contents.erase("file3");
    expected[writePoint(vault, clock, contents).id] = contents;
    return expected;
}

DamagedVault::DamagedVault(unsigned parityPercent) {
    const auto vault = makeVault(store);
    vault->setParity(parityPercent);
    keys_ = std::make_unique<const vault::VaultKeys>(vault->keys());
    expected = writeTwoPoints(*vault, clock);
    whole = store.objects();
}

bool isSuperseded(const MemoryStore::Objects& whole, const std::string& name) {
    const auto next = whole.upper_bound(name);
    return name.starts_with("journal/") && next != whole.end() && next->first.starts_with("journal/");
}

vault::VerifyReport verifyAt(vault::Vault& vault, vault::VerifyDepth depth) {
    return vault::verify(vault, {depth, 1}, kNoProgress, {});
}

vault::RepairReport repairAll(vault::Vault& vault, bool rebuildIndex) {
    return vault::repair(vault, {1, false, rebuildIndex}, kNoProgress, {});
}

void rewriteIndex(vault::Vault& vault, const std::function<void(std::vector<vault::IndexEntry>&)>& change) {
    const auto runs = vault.index().runs();
    std::vector<vault::IndexEntry> entries;
    vault::mergeRuns(runs, [&](const vault::IndexEntry& entry) { entries.push_back(entry); });
    change(entries);
    const vault::RunInfo changed = vault::writeRun(vault, entries);
    vault.journal().append([&](const vault::VaultState&) {
        vault::VaultChanges changes;
        for (const auto& run : runs) changes.removeRuns.push_back(run->info().id);
        changes.addRuns.push_back({changed, {}});
        return std::optional(changes);
    });
    for (const auto& run : runs) vault.store().remove(vault::runName(run->info().id));
    vault.refresh();
}

LostObjects lostObjects(const std::vector<vault::PointDamage>& damaged) {
    LostObjects lost;
    for (const vault::PointDamage& point : damaged) {
        BOOST_TEST(!point.isWhole());
        BOOST_TEST(point.objects == point.firstObjects.size());
        addLost(lost, point.point, {point.firstObjects.begin(), point.firstObjects.end()});
        // A lost part of a tree hides keys that nobody can tell any more.
        if (point.unknownParts > 0) lost[point.point].insert("?");
    }
    return lost;
}

LostObjects readEverything(vault::Vault& vault, const std::map<vault::PointId, Contents>& expected) {
    LostObjects lost;
    for (const vault::PointRecord& point : vault.state().points) {
        const Contents& contents = expected.at(point.id);
        const ReadBack back = readPoint(vault, point);
        for (const auto& [key, content] : back.contents) {
            BOOST_REQUIRE_MESSAGE(contents.at(key) == content, key << " is not what was written");
        }
        addLost(lost, point.id, back.failed);
        if (!back.isListWhole) {
            lost[point.id].insert("?");
        } else {
            BOOST_TEST(back.contents.size() + back.failed.size() == contents.size());
        }
    }
    return lost;
}

LostObjects repairAndCheck(DamagedVault& damaged) {
    return repairAndCheck(
        [&](vault::Vault::JournalNeed need) { return openVault(damaged.store, damaged.keys(), need); },
        damaged.expected);
}

LostObjects repairAndCheck(const OpenVault& open, const std::map<vault::PointId, Contents>& expected) {
    LostObjects before;
    std::size_t pointsBefore = 0;
    LostObjects told;
    {
        const auto vault = open(vault::Vault::JournalNeed::Optional);
        before = readEverything(*vault, expected);
        pointsBefore = vault->state().points.size();
        const vault::RepairReport report = repairAll(*vault);
        BOOST_TEST(!report.foundNothing());
        told = lostObjects(report.damagedPoints);
    }
    const auto vault = open(vault::Vault::JournalNeed::Required);
    BOOST_TEST(vault->state().points.size() >= pointsBefore);
    const LostObjects after = readEverything(*vault, expected);
    BOOST_TEST((after == told));
    for (const auto& [point, keys] : after) {
        if (before[point].contains("?")) continue;  // nobody could tell what was lost
        BOOST_TEST(std::includes(before[point].begin(), before[point].end(), keys.begin(), keys.end()));
    }
    const vault::VerifyReport check = verifyAt(*vault, vault::VerifyDepth::Data);
    for (const vault::Problem& problem : check.problems) {
        BOOST_ERROR("after repair: " << problem.object << ": " << problem.sentence);
    }
    BOOST_TEST((lostObjects(check.damagedPoints) == after));
    const vault::RepairReport second = repairAll(*vault);
    for (const vault::Problem& problem : second.problems) {
        BOOST_ERROR("by a second repair: " << problem.object << ": " << problem.sentence);
    }
    BOOST_TEST((lostObjects(second.damagedPoints) == after));
    return after;
}

}  // namespace test
