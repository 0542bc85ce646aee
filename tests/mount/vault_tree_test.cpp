// SPDX-License-Identifier: Apache-2.0
// vault_tree_test.cpp: a vault as a tree of files, without a kernel.
#include "agent/mount/vault_tree.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/mount/entry_node.hpp"
#include "agent/vault/prune.hpp"
#include "connectors/files/file_metadata.hpp"
#include "platform/base/error.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using connectors::ObjectKind;

/// A vault into which objects without content are backed up.
struct Fixture {
    vault::PointRecord backUp(const std::string& client,
                              const std::vector<std::pair<std::string, ObjectKind>>& objects) {
        engine::BackupRequest request;
        request.client = client;
        request.workers = 1;
        request.run = [&](connectors::ObjectSink& sink) {
            for (const auto& [key, kind] : objects) {
                connectors::ObjectHeader header;
                header.key = key;
                header.kind = kind;
                header.target = kind == ObjectKind::HardLink ? "a" : "target";
                if (kind != ObjectKind::HardLink) header.metadata = connectors::files::encodeMetadata({});
                sink.put(std::move(header));
            }
        };
        engine::Progress progress;
        clock.advance(std::chrono::seconds(10));
        return engine::runBackup(*vault, clock, request, progress, {}).point;
    }

    /// A copy of a point under another id, begun at another time; nothing but the journal knows it.
    vault::PointRecord addCopy(vault::PointRecord point, std::uint8_t firstIdByte,
                               platform::Timestamp started) {
        point.id.fill()[0] = firstIdByte;
        point.started = started;
        add({point});
        return point;
    }

    void add(std::vector<vault::PointRecord> points) {
        const auto decide = [&](const vault::VaultState&) {
            vault::VaultChanges changes;
            changes.addPoints = points;
            return std::optional(changes);
        };
        BOOST_REQUIRE(vault->journal().append(decide).has_value());
    }

    mount::VaultTree& show() { return tree.emplace(*vault, clock, 1); }

    /// All names in a folder, taken so many at a time.
    std::vector<std::string> names(std::uint64_t folder, std::size_t atATime) {
        std::vector<std::string> found;
        std::uint64_t place = 0;
        for (std::size_t taken = atATime; taken == atATime;) {
            taken = 0;
            tree->list(folder, place,
                       [&](std::string_view name, const platform::MountedNode& child, std::uint64_t next) {
                           if (taken == atATime) return false;
                           ++taken;
                           place = next;
                           found.emplace_back(name);
                           const auto same = tree->lookUp(folder, name);
                           BOOST_TEST((same && same->id == child.id),
                                      "looking it up finds another than the listing: " << name);
                           return true;
                       });
        }
        return found;
    }

    platform::MountedNode at(const std::vector<std::string>& path) {
        platform::MountedNode node = tree->node(platform::kMountRoot);
        for (const std::string& name : path) node = tree->lookUp(node.id, name).value();
        return node;
    }

    test::MemoryStore store;
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
    std::optional<mount::VaultTree> tree;
};

std::string key(std::initializer_list<std::string_view> names) {
    std::string joined;
    for (const std::string_view name : names) (joined.empty() ? joined : joined += '\0') += name;
    return joined;
}

constexpr auto kFolder = ObjectKind::Directory;
constexpr auto kPipe = ObjectKind::Fifo;

}  // namespace

BOOST_AUTO_TEST_SUITE(VaultTree)

BOOST_AUTO_TEST_CASE(folders_list_their_children_and_nothing_that_lies_deeper) {
    Fixture fixture;
    // Names that sort around the separator.
    const auto point = fixture.backUp("web", {{"", kFolder},
                                              {"a", kFolder},
                                              {key({"a", "x"}), kFolder},
                                              {key({"a", "x", "deep"}), kPipe},
                                              {key({"a", "y"}), kPipe},
                                              {"a\x01", kPipe},
                                              {"a-b", kFolder},
                                              {key({"a-b", "x"}), kPipe},
                                              {"a.b", kPipe},
                                              {"b", kFolder}});
    fixture.show();
    const std::string folder = mount::folderNameOf(point);
    for (const std::size_t atATime : {1U, 2U, 3U, 100U}) {
        BOOST_TEST((fixture.names(platform::kMountRoot, atATime) == std::vector<std::string>{"web"}));
        BOOST_TEST(
            (fixture.names(fixture.at({"web"}).id, atATime) == std::vector<std::string>{"latest", folder}));
        const std::uint64_t root = fixture.at({"web", folder}).id;
        BOOST_TEST(
            (fixture.names(root, atATime) == std::vector<std::string>{"a", "a\x01", "a-b", "a.b", "b"}));
        BOOST_TEST((fixture.names(fixture.at({"web", folder, "a"}).id, atATime) ==
                    std::vector<std::string>{"x", "y"}));
        BOOST_TEST(fixture.names(fixture.at({"web", folder, "b"}).id, atATime).empty());
    }
    BOOST_TEST(!fixture.tree->lookUp(fixture.at({"web", folder, "a"}).id, "z").has_value());
}

BOOST_AUTO_TEST_CASE(all_names_of_a_file_are_one_file) {
    Fixture fixture;
    const auto point =
        fixture.backUp("web", {{"a", kPipe}, {"b", ObjectKind::HardLink}, {"c", ObjectKind::Symlink}});
    fixture.show();
    const std::string folder = mount::folderNameOf(point);
    BOOST_TEST(fixture.at({"web", folder, "a"}).id == fixture.at({"web", folder, "b"}).id);
    BOOST_TEST((fixture.at({"web", folder, "b"}).status.type == platform::FileType::Fifo));
    const auto link = fixture.at({"web", folder, "c"});
    BOOST_TEST(fixture.tree->readLink(link.id) == "target");
    BOOST_TEST(link.status.sizeBytes == 6U);
}

BOOST_AUTO_TEST_CASE(new_points_appear_and_forgotten_ones_go) {
    Fixture fixture;
    const auto first = fixture.backUp("web", {{"a", kPipe}});
    fixture.show();
    const auto second = fixture.backUp("web", {{"b", kPipe}});
    const std::uint64_t client = fixture.at({"web"}).id;
    BOOST_TEST((fixture.names(client, 9) ==
                std::vector<std::string>{"latest", mount::folderNameOf(first), mount::folderNameOf(second)}));
    BOOST_TEST(fixture.tree->readLink(fixture.at({"web", "latest"}).id) == mount::folderNameOf(second));
    vault::forgetPoints(*fixture.vault, {second.id});
    fixture.clock.advance(std::chrono::seconds(10));
    BOOST_TEST((fixture.names(client, 9) == std::vector<std::string>{"latest", mount::folderNameOf(first)}));
    BOOST_TEST(fixture.tree->readLink(fixture.at({"web", "latest"}).id) == mount::folderNameOf(first));
}

BOOST_AUTO_TEST_CASE(latest_is_begun_last_and_of_those_begun_at_once_committed_last) {
    Fixture fixture;
    const auto first = fixture.backUp("web", {{"a", kPipe}});
    const std::int64_t second = first.started.seconds + 1;
    // The ids, by which folders of one second are ordered, say the opposite of the times.
    fixture.addCopy(first, 0xFF, {second, 1});
    const auto begunLast = fixture.addCopy(first, 0x80, {second, 2});
    fixture.addCopy(first, 0xC0, {second, 0});
    fixture.show();
    const auto latest = [&] { return fixture.tree->readLink(fixture.at({"web", "latest"}).id); };
    BOOST_TEST(latest() == mount::folderNameOf(begunLast));
    const auto committedLast = fixture.addCopy(first, 0x01, begunLast.started);
    fixture.clock.advance(std::chrono::seconds(10));
    BOOST_TEST(latest() == mount::folderNameOf(committedLast));
}

BOOST_AUTO_TEST_CASE(more_points_than_there_are_numbers_are_refused_and_not_left_out) {
    Fixture fixture;
    const auto first = fixture.backUp("web", {{"a", kPipe}});
    std::vector<vault::PointRecord> points(mount::VaultTree::kMostPoints - 1, first);
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i].id.fill()[0] = static_cast<base::Byte>(i >> 8);
        points[i].id.fill()[1] = static_cast<base::Byte>(i);
        points[i].id.fill()[2] = static_cast<base::Byte>(~first.id.view()[2]);
    }
    fixture.add(points);
    fixture.show();
    const std::uint64_t client = fixture.at({"web"}).id;
    std::size_t count = 0;
    const auto takeAll = [&](std::string_view, const platform::MountedNode&, std::uint64_t) {
        ++count;
        return true;
    };
    fixture.tree->list(client, 0, takeAll);
    BOOST_TEST(count == mount::VaultTree::kMostPoints + 1);  // and 'latest'

    const auto tooMany = fixture.addCopy(first, 0xFF, first.started);
    fixture.clock.advance(std::chrono::seconds(10));
    const auto isTold = [](const base::Error& error) { return error.code() == "MOUNT-0012"; };
    for (int i = 0; i < 2; ++i) {
        BOOST_CHECK_EXCEPTION(fixture.tree->list(client, 0, takeAll), base::Error, isTold);
        BOOST_CHECK_EXCEPTION(fixture.tree->list(platform::kMountRoot, 0, takeAll), base::Error, isTold);
        for (const std::string& name : {std::string("latest"), mount::folderNameOf(tooMany)})
            BOOST_CHECK_EXCEPTION(static_cast<void>(fixture.tree->lookUp(client, name)), base::Error, isTold);
    }
    BOOST_TEST(fixture.tree->lookUp(client, mount::folderNameOf(first)).has_value());
    BOOST_CHECK_EXCEPTION(fixture.show(), base::Error, isTold);
}

BOOST_AUTO_TEST_CASE(any_client_has_a_folder_of_its_own) {
    Fixture fixture;
    for (const char* client : {"", ".", "..", "a/b", "a_b", "latest"}) fixture.backUp(client, {{"x", kPipe}});
    fixture.show();
    const auto names = fixture.names(platform::kMountRoot, 9);
    BOOST_TEST(names.size() == 6U);
    for (const std::string& name : names) {
        BOOST_TEST(mount::isPossibleName(name));
        BOOST_TEST(fixture.names(fixture.at({name}).id, 9).size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(names_that_lead_elsewhere_are_not_shown) {
    Fixture fixture;
    const auto point = fixture.backUp("web", {{".", kPipe}, {"..", kPipe}, {"a/b", kPipe}, {"ok", kPipe}});
    fixture.show();
    const std::uint64_t root = fixture.at({"web", mount::folderNameOf(point)}).id;
    std::vector<std::string> names;
    fixture.tree->list(root, 0, [&](std::string_view name, const platform::MountedNode&, std::uint64_t) {
        names.emplace_back(name);
        return true;
    });
    BOOST_TEST((names == std::vector<std::string>{"ok"}));
}

BOOST_AUTO_TEST_CASE(numbers_that_name_nothing_are_refused) {
    Fixture fixture;
    fixture.backUp("web", {{"a", kPipe}});
    fixture.show();
    const auto isNotFound = [](const base::Error& error) {
        return error.kind() == base::ErrorKind::NotFound;
    };
    for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{9} << 40,
                                   (std::uint64_t{1} << 50) | 7, ~std::uint64_t{0}}) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(fixture.tree->node(id)), base::Error, isNotFound);
    }
}

BOOST_AUTO_TEST_SUITE_END()
