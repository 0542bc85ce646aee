// SPDX-License-Identifier: Apache-2.0
// copy_test.cpp: restore points brought from one vault to another with other keys.
#include "agent/engine/copy_job.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>

#include "agent/vault/prune.hpp"
#include "agent/vault/tree.hpp"
#include "agent/vault/verify.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using test::Fault;
using test::FaultyStore;
using test::MadeTree;
using test::MemoryStore;
using vault::Vault;

const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

engine::CopyOutcome copy(Vault& source, Vault& target, const vault::PointRecord& point,
                         const test::ManualClock& clock, const base::CancelToken& cancel = {}) {
    engine::Progress progress;
    return engine::copyPoint(source, target, point, 2, clock, progress, cancel);
}

void requireSound(Vault& vault, const std::string& when) {
    const auto report = vault::verify(vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {});
    BOOST_TEST(report.isSound(), when);
}

/// Reads bytes that are cut in fixed pages.
class PageReader final : public connectors::ObjectReader {
public:
    explicit PageReader(const base::Bytes& content) : content_(content) {}

    [[nodiscard]] std::uint64_t expectedBytes() const noexcept override { return content_.size(); }
    [[nodiscard]] connectors::ContentLayout layout() const noexcept override {
        return connectors::ContentLayout::FixedPages;
    }
    void open() override {}
    std::size_t read(base::MutableBytes to) override {
        const std::size_t sizeBytes = std::min(to.size(), content_.size() - at_);
        std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(at_), sizeBytes, to.begin());
        at_ += sizeBytes;
        return sizeBytes;
    }
    connectors::ObjectHeader finish() override {
        connectors::ObjectHeader header;
        header.key = "image";
        header.sizeBytes = content_.size();
        return header;
    }

private:
    const base::Bytes& content_;
    std::size_t at_ = 0;
};

std::unique_ptr<connectors::ObjectReader> pagesOf(const base::Bytes& content) {
    return std::make_unique<PageReader>(content);
}

/// A vault with three points of a changing tree, and an empty one.
struct Mirror {
    Mirror() {
        test::Random random(3);
        MadeTree tree = test::makeTree(random, 20);
        for (int i = 0; i < 3; ++i) {
            points.push_back(test::backUp(*source, clock, tree, "client").point);
            trees.push_back(tree);
            test::change(tree, random);
        }
    }

    MemoryStore sourceStore;
    MemoryStore targetStore;
    test::ManualClock clock;
    std::unique_ptr<Vault> source = test::makeVault(sourceStore);
    std::unique_ptr<Vault> target = test::makeVault(targetStore);
    std::vector<vault::PointRecord> points;
    std::vector<MadeTree> trees;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(Copy)

BOOST_AUTO_TEST_CASE(copies_restore_to_what_was_backed_up_and_keep_what_is_known_of_it) {
    Mirror mirror;
    std::vector<vault::PointId> copies;
    for (std::size_t i = 0; i < mirror.points.size(); ++i) {
        const auto outcome = copy(*mirror.source, *mirror.target, mirror.points[i], mirror.clock);
        BOOST_TEST(!outcome.wasThere);
        BOOST_TEST(test::restoresTo(*mirror.target, outcome.point, mirror.trees[i]));
        BOOST_TEST(vault::haveSameOrigin(outcome.point.id, mirror.points[i].id));
        BOOST_TEST((outcome.point.id != mirror.points[i].id));
        BOOST_TEST((outcome.point.parent == (i == 0 ? vault::PointId() : copies.back())));
        copies.push_back(outcome.point.id);
        vault::PointRecord alike = outcome.point;
        alike.id = mirror.points[i].id;
        alike.parent = mirror.points[i].parent;
        alike.root = mirror.points[i].root;
        alike.treeLevels = mirror.points[i].treeLevels;
        BOOST_TEST((alike == mirror.points[i]));
    }
    requireSound(*mirror.target, "after three copies");
}

BOOST_AUTO_TEST_CASE(a_point_is_copied_once_whatever_way_it_comes) {
    Mirror mirror;
    const auto first = copy(*mirror.source, *mirror.target, mirror.points[0], mirror.clock);
    BOOST_TEST(copy(*mirror.source, *mirror.target, mirror.points[0], mirror.clock).wasThere);
    // Back to where it came from, and by a third vault.
    BOOST_TEST(copy(*mirror.target, *mirror.source, first.point, mirror.clock).wasThere);
    MemoryStore thirdStore;
    const auto third = test::makeVault(thirdStore);
    const auto second = copy(*mirror.target, *third, first.point, mirror.clock);
    BOOST_TEST(!second.wasThere);
    BOOST_TEST(copy(*mirror.source, *third, mirror.points[0], mirror.clock).wasThere);
    BOOST_TEST(mirror.target->refresh().points.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_did_not_change_since_a_copied_point_is_not_read_again) {
    Mirror mirror;
    copy(*mirror.source, *mirror.target, mirror.points[0], mirror.clock);
    std::uint64_t changedBytes = 0;
    for (const auto& [key, file] : mirror.trees[1]) {
        const auto before = mirror.trees[0].find(key);
        if (before == mirror.trees[0].end() || !(before->second == file)) changedBytes += file.sizeBytes;
    }
    engine::Progress progress;
    engine::copyPoint(*mirror.source, *mirror.target, mirror.points[1], 2, mirror.clock, progress, {});
    BOOST_TEST(progress.bytesRead == changedBytes);
    BOOST_TEST(changedBytes < mirror.points[1].logicalBytes);
}

BOOST_AUTO_TEST_CASE(copies_and_backups_share_their_content) {
    Mirror mirror;
    const auto copied = copy(*mirror.source, *mirror.target, mirror.points[2], mirror.clock);
    // Another client backs up the same files: it finds no parent and reads all, and nothing is new.
    const auto backup = test::backUp(*mirror.target, mirror.clock, mirror.trees[2], "other");
    BOOST_TEST(backup.point.readBytes == backup.point.logicalBytes);
    BOOST_TEST(backup.point.newBytes == 0U);
    // And the other way round.
    MemoryStore store;
    const auto target = test::makeVault(store);
    test::backUp(*target, mirror.clock, mirror.trees[2], "other");
    engine::Progress progress;
    engine::copyPoint(*mirror.source, *target, mirror.points[2], 2, mirror.clock, progress, {});
    BOOST_TEST(progress.bytesNew == 0U);
    BOOST_TEST(copied.point.newBytes == mirror.points[2].newBytes);
}

BOOST_AUTO_TEST_CASE(the_next_backup_goes_on_from_a_copied_point) {
    Mirror mirror;
    const auto copied = copy(*mirror.source, *mirror.target, mirror.points[2], mirror.clock);
    const auto backup = test::backUp(*mirror.target, mirror.clock, mirror.trees[2], "client");
    BOOST_TEST((backup.point.parent == copied.point.id));
    BOOST_TEST(backup.point.readBytes == 0U);
    BOOST_TEST((backup.point.root == copied.point.root));
}

BOOST_AUTO_TEST_CASE(a_damaged_object_is_a_fault_of_the_copy_and_the_rest_is_copied) {
    Mirror mirror;
    vault::ChunkReader reader(*mirror.source);
    vault::TreeCursor cursor(reader, {mirror.points[2].root, mirror.points[2].treeLevels});
    std::string damaged;
    while (damaged.empty() && cursor.next()) {
        // A chunk of its own segment, so that no other object suffers.
        if (cursor.entry().sizeBytes < 1'000'000) continue;
        damaged = cursor.key();
        const auto at = mirror.source->index().find(cursor.entry().content->refs.at(0).id);
        mirror.sourceStore.flipBit(vault::packName(at->pack), at->segmentOffset + at->segmentBytes / 2);
    }
    BOOST_REQUIRE(!damaged.empty());
    const auto outcome = copy(*mirror.source, *mirror.target, mirror.points[2], mirror.clock);
    BOOST_TEST(outcome.newFaults == 1U);
    BOOST_TEST(outcome.point.faults == 1U);
    BOOST_REQUIRE(!outcome.faults.empty());
    BOOST_TEST(outcome.faults[0].object == '/' + damaged);
    BOOST_TEST(outcome.faults[0].code == "VAULT-0014");
    MadeTree rest = mirror.trees[2];
    rest.erase(damaged);
    BOOST_TEST(test::restoresTo(*mirror.target, outcome.point, rest));
    vault::ChunkReader copied(*mirror.target);
    const base::Bytes report = copied.readContent(outcome.point.faultList, base::kMiB);
    BOOST_TEST(base::asText(report).find(damaged) != std::string_view::npos);
    requireSound(*mirror.target, "after a copy with a fault");
    // Its faults go along with it.
    MemoryStore thirdStore;
    const auto third = test::makeVault(thirdStore);
    const auto again = copy(*mirror.target, *third, outcome.point, mirror.clock);
    BOOST_TEST(again.newFaults == 0U);
    BOOST_TEST(again.point.faults == 1U);
    vault::ChunkReader thirdReader(*third);
    BOOST_TEST(base::asText(thirdReader.readContent(again.point.faultList, base::kMiB)) ==
               base::asText(report));
}

BOOST_AUTO_TEST_CASE(a_lost_part_of_the_list_of_objects_is_named_and_the_other_parts_are_copied) {
    Mirror mirror;
    test::Random random(5);
    MadeTree tree;
    for (int i = 0; i < 3'000; ++i) tree["file " + std::to_string(i)] = {random.next(), 10};
    const auto point = test::backUp(*mirror.source, mirror.clock, tree, "many").point;
    // The segment of the first leaf, which is not the root's, is damaged.
    vault::ChunkReader reader(*mirror.source);
    vault::ChunkId leaf = point.root.id;
    for (base::Bytes node = reader.read(leaf); vault::nodeLevel(node) > 0; node = reader.read(leaf)) {
        std::optional<vault::ChunkId> first;
        vault::forEachChild(node, [&](const vault::TreeChild& child) { first = first.value_or(child.id); });
        leaf = first.value();
    }
    const auto at = mirror.source->index().find(leaf);
    BOOST_REQUIRE(at->segmentOffset != mirror.source->index().find(point.root.id)->segmentOffset);
    mirror.sourceStore.flipBit(vault::packName(at->pack), at->segmentOffset + at->segmentBytes / 2);
    const auto fresh = test::openVault(mirror.sourceStore, mirror.source->keys());
    const auto outcome = copy(*fresh, *mirror.target, point, mirror.clock);
    BOOST_TEST(outcome.newFaults >= 1U);
    BOOST_TEST(outcome.point.objects < point.objects);
    BOOST_TEST(outcome.point.objects > 0U);
    for (const auto& [key, content] : test::restore(*mirror.target, outcome.point)) {
        BOOST_TEST((content == test::contentOf(tree.at(key))));
    }
}

BOOST_AUTO_TEST_CASE(a_point_whose_list_is_lost_changes_nothing_in_the_target) {
    Mirror mirror;
    const auto at = mirror.source->index().find(mirror.points[0].root.id);
    mirror.sourceStore.flipBit(vault::packName(at->pack), at->segmentOffset + 30);
    const auto source = test::openVault(mirror.sourceStore, mirror.source->keys());
    const auto before = mirror.targetStore.names();
    BOOST_CHECK_EXCEPTION(copy(*source, *mirror.target, mirror.points[0], mirror.clock), base::Error,
                          [](const base::Error& error) { return error.code() == "ENGINE-0004"; });
    BOOST_TEST((mirror.targetStore.names() == before));
}

BOOST_AUTO_TEST_CASE(a_copy_that_is_stopped_at_any_write_goes_on_and_loses_nothing) {
    const Mirror mirror;
    const auto before = mirror.targetStore.objects();
    const vault::PointRecord& point = mirror.points[2];
    for (const auto when : {Fault::When::Before, Fault::When::After}) {
        Fault fault;
        fault.when = when;
        std::uint64_t stops = 0;
        for (fault.atChange = 0;; ++fault.atChange) {
            const std::string text = "stopped at change " + std::to_string(fault.atChange);
            MemoryStore store;
            store.setObjects(before);
            FaultyStore faulty(store);
            {
                const auto target = test::openVault(faulty, mirror.target->keys());
                faulty.setFault(fault);
                try {
                    copy(*mirror.source, *target, point, mirror.clock);
                } catch (const base::Error&) {
                    BOOST_TEST(faulty.hasFailed(), text);
                }
            }
            const auto target = test::openVault(store, mirror.target->keys());
            requireSound(*target, text);
            const auto outcome = copy(*mirror.source, *target, point, mirror.clock);
            BOOST_TEST(test::restoresTo(*target, outcome.point, mirror.trees[2]), text);
            BOOST_TEST(target->refresh().points.size() == 1U, text);
            requireSound(*target, text + ", after going on");
            if (!faulty.hasFailed()) break;
            ++stops;
        }
        BOOST_TEST(stops >= 5U);
    }
}

BOOST_AUTO_TEST_CASE(a_source_that_goes_away_ends_the_copy_without_a_point) {
    const Mirror mirror;
    MemoryStore store;
    store.setObjects(mirror.sourceStore.objects());
    FaultyStore faulty(store);
    const auto source = test::openVault(faulty, mirror.source->keys());
    std::atomic<std::uint64_t> reads = 0;
    faulty.setHook([&](test::StoreCall call, const std::string& name) {
        if (call == test::StoreCall::ReadRange && name.starts_with("packs/") && ++reads == 6) {
            throw base::Error(base::ErrorKind::Unavailable, "TEST-0001", "The store has gone");
        }
    });
    BOOST_CHECK_EXCEPTION(copy(*source, *mirror.target, mirror.points[2], mirror.clock), base::Error,
                          [](const base::Error& error) { return error.code() == "TEST-0001"; });
    BOOST_TEST(mirror.target->refresh().points.empty());
    faulty.setHook({});
    const auto outcome = copy(*source, *mirror.target, mirror.points[2], mirror.clock);
    BOOST_TEST(test::restoresTo(*mirror.target, outcome.point, mirror.trees[2]));
}

BOOST_AUTO_TEST_CASE(two_copies_of_one_point_at_once_make_one_point) {
    const Mirror mirror;
    FaultyStore slow(const_cast<MemoryStore&>(mirror.targetStore));
    const auto target = test::openVault(slow, mirror.target->keys());
    bool isFirst = true;
    slow.setHook([&](test::StoreCall call, const std::string& name) {
        // The first is about to make its point visible when the second does the whole work.
        if (call != test::StoreCall::Create || !name.starts_with("points/") || !isFirst) return;
        isFirst = false;
        BOOST_TEST(!copy(*mirror.source, *mirror.target, mirror.points[2], mirror.clock).wasThere);
    });
    const auto outcome = copy(*mirror.source, *target, mirror.points[2], mirror.clock);
    BOOST_TEST(!isFirst);
    BOOST_TEST(outcome.wasThere);
    BOOST_TEST(mirror.target->refresh().points.size() == 1U);
    BOOST_TEST(mirror.target->state().sessions.empty());
    BOOST_TEST(mirror.targetStore.names("points/").size() == 1U);
    BOOST_TEST(test::restoresTo(*target, outcome.point, mirror.trees[2]));
}

BOOST_AUTO_TEST_CASE(a_prune_of_the_target_takes_nothing_that_a_copy_relies_on) {
    const Mirror mirror;
    copy(*mirror.source, *mirror.target, mirror.points[0], mirror.clock);
    FaultyStore slow(const_cast<MemoryStore&>(mirror.targetStore));
    const auto target = test::openVault(slow, mirror.target->keys());
    bool isFirst = true;
    slow.setHook([&](test::StoreCall call, const std::string& name) {
        if (call != test::StoreCall::Create || !name.starts_with("points/") || !isFirst) return;
        isFirst = false;
        // What the copy took over from the first point goes with it.
        vault::forgetPoints(*mirror.target, {mirror.target->refresh().points.at(0).id});
        vault::PruneOptions options;
        options.allowedWaste = 0;
        vault::prune(*mirror.target, mirror.clock, options, kNobodyWatches, {});
    });
    const auto outcome = copy(*mirror.source, *target, mirror.points[1], mirror.clock);
    BOOST_TEST(!isFirst);
    BOOST_TEST(test::restoresTo(*target, outcome.point, mirror.trees[1]));
    requireSound(*mirror.target, "after a prune during the copy");
}

BOOST_AUTO_TEST_CASE(a_cancelled_copy_keeps_what_it_stored) {
    const Mirror mirror;
    FaultyStore watched(const_cast<MemoryStore&>(mirror.targetStore));
    const auto target = test::openVault(watched, mirror.target->keys());
    const base::CancelToken cancel;
    watched.setHook([&](test::StoreCall call, const std::string& name) {
        if (call == test::StoreCall::Commit && name.starts_with("packs/")) cancel.cancel();
    });
    BOOST_CHECK_EXCEPTION(
        copy(*mirror.source, *target, mirror.points[2], mirror.clock, cancel), base::Error,
        [](const base::Error& error) { return error.kind() == base::ErrorKind::Cancelled; });
    BOOST_TEST(mirror.target->refresh().points.empty());
    BOOST_TEST(mirror.target->state().sessions.empty());
    const auto outcome = copy(*mirror.source, *mirror.target, mirror.points[2], mirror.clock);
    BOOST_TEST(outcome.storedBytes < mirror.points[2].storedBytes);
}

BOOST_AUTO_TEST_CASE(contents_in_fixed_pages_stay_in_fixed_pages) {
    const Mirror mirror;
    constexpr std::size_t kPages = 100;
    const base::Bytes image = test::Random(9).bytes(kPages * connectors::kPageBytes + 100);
    const auto backUpPages = [&](Vault& vault, const std::string& client) {
        engine::BackupRequest request;
        request.client = client;
        request.workers = 1;
        request.run = [&](connectors::ObjectSink& sink) { sink.put("image", pagesOf(image)); };
        engine::Progress progress;
        return engine::runBackup(vault, mirror.clock, request, progress, {}).point;
    };
    copy(*mirror.source, *mirror.target, backUpPages(*mirror.source, "client"), mirror.clock);
    BOOST_TEST(backUpPages(*mirror.target, "other").newBytes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
