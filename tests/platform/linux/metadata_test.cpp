// SPDX-License-Identifier: Apache-2.0
// metadata_test.cpp: every kind of metadata goes out and comes back.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

using platform::Directory;
using platform::ExtraMetadata;
using platform::MetadataToApply;
using platform::OpenMode;
using platform::Timestamp;
using test::TemporaryFolder;
using test::writeFile;

namespace {

/// rwx for the owner, r for user 12345, r-x for the group, mask r-x, nothing for others: as the kernel keeps
/// it.
const base::Bytes kAccessList = {2,    0,    0,    0,    1,    0, 7, 0, 0xff, 0xff, 0xff, 0xff, 2,    0, 4, 0,
                                 0x39, 0x30, 0,    0,    4,    0, 5, 0, 0xff, 0xff, 0xff, 0xff, 0x10, 0, 5, 0,
                                 0xff, 0xff, 0xff, 0xff, 0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};

/// cap_net_raw=ep, version 2.
const base::Bytes kCapability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

/// What was refused, for a test to skip with a message.
bool isSkipped(const std::vector<std::string>& refused) {
    for (const std::string& sentence : refused) BOOST_TEST_MESSAGE("skipped: " << sentence);
    return !refused.empty();
}

MetadataToApply withExtra(const ExtraMetadata& extra) {
    MetadataToApply values;
    values.extra = &extra;
    return values;
}

void roundTrip(const ExtraMetadata& extra, bool isDirectory) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    if (isDirectory) {
        directory->createDirectory("it");
    } else {
        writeFile(*directory, "it", "content");
    }
    if (isSkipped(directory->applyMetadata("it", withExtra(extra)))) return;
    BOOST_CHECK(directory->extraMetadataOf("it") == extra);
    if (isDirectory) {
        BOOST_CHECK(directory->openDirectory("it")->extraMetadata() == extra);
    } else {
        BOOST_CHECK(directory->openFile("it", OpenMode::Read)->extraMetadata() == extra);
    }
    BOOST_TEST(directory->applyMetadata("it", withExtra({})).empty());
    BOOST_CHECK(directory->extraMetadataOf("it") == ExtraMetadata{});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(user_attributes_come_back) {
    roundTrip({{{"user.a", {1, 2, 3}}, {"user.empty", {}}, {"user.\xff", base::Bytes(900, 7)}}, 0}, false);
    roundTrip({{{"user.a", {1, 2, 3}}}, 0}, true);
}

BOOST_AUTO_TEST_CASE(many_and_long_attribute_names_come_back) {
    ExtraMetadata extra;
    for (int i = 0; i < 20; ++i) {
        extra.attributes.push_back({"user." + std::string(100, 'n') + std::to_string(100 + i), {}});
    }
    roundTrip(extra, false);
}

BOOST_AUTO_TEST_CASE(trusted_attributes_come_back) { roundTrip({{{"trusted.a", {9}}}, 0}, false); }

BOOST_AUTO_TEST_CASE(access_lists_come_back) {
    roundTrip({{{"system.posix_acl_access", kAccessList}}, 0}, false);
    roundTrip({{{"system.posix_acl_access", kAccessList}, {"system.posix_acl_default", kAccessList}}, 0},
              true);
}

BOOST_AUTO_TEST_CASE(capabilities_come_back_although_the_owner_changes) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "it", "content");
    const ExtraMetadata extra{{{"security.capability", kCapability}}, 0};
    MetadataToApply values = withExtra(extra);
    values.ownerId = 1234;
    values.groupId = 2345;
    values.mode = 06755;
    if (isSkipped(directory->applyMetadata("it", values))) return;
    BOOST_CHECK(directory->extraMetadataOf("it") == extra);
    const auto status = directory->statusOf("it");
    BOOST_TEST(status->ownerId == 1234U);
    BOOST_TEST(status->groupId == 2345U);
    BOOST_TEST(status->mode == 06755U);
}

BOOST_AUTO_TEST_CASE(flags_come_back) {
    roundTrip({{}, FS_NODUMP_FL | FS_NOATIME_FL}, false);
    roundTrip({{}, FS_NODUMP_FL}, true);
}

BOOST_AUTO_TEST_CASE(an_immutable_file_gets_all_its_metadata_first) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "it", "content");
    const ExtraMetadata extra{{{"user.a", {1}}}, FS_IMMUTABLE_FL};
    MetadataToApply values = withExtra(extra);
    values.mode = 0400;
    values.modified = Timestamp{-5, 999'999'999};
    const auto refused = directory->applyMetadata("it", values);
    const auto found = directory->extraMetadataOf("it");
    const auto status = directory->statusOf("it");
    BOOST_TEST(directory->applyMetadata("it", withExtra({})).size() <=
               1U);  // lifts the flag for the clean-up
    if (isSkipped(refused)) return;
    BOOST_CHECK(found == extra);
    BOOST_TEST(status->mode == 0400U);
    BOOST_CHECK(status->modified == *values.modified);
}

BOOST_AUTO_TEST_CASE(an_inherited_access_list_is_taken_away) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    directory->createDirectory("sub");
    const ExtraMetadata inherited{{{"system.posix_acl_default", kAccessList}}, 0};
    if (isSkipped(directory->applyMetadata("sub", withExtra(inherited)))) return;
    const auto sub = directory->openDirectory("sub");
    writeFile(*sub, "file", "");
    sub->createDirectory("inner");
    BOOST_TEST(!sub->extraMetadataOf("inner").attributes.empty());
    for (const char* name : {"file", "inner"}) {
        const ExtraMetadata none;
        MetadataToApply values = withExtra(none);
        values.mode = 0750;
        BOOST_TEST(sub->applyMetadata(name, values).empty());
        BOOST_CHECK(sub->extraMetadataOf(name) == ExtraMetadata{});
        BOOST_TEST(sub->statusOf(name)->mode == 0750U);
    }
}

BOOST_AUTO_TEST_CASE(a_links_own_metadata_changes_and_not_its_targets) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "target", "x");
    directory->createSymlink("link", "target", false);
    const auto before = directory->statusOf("target");
    const ExtraMetadata extra{{{"trusted.of_link", {1}}}, 0};
    MetadataToApply values = withExtra(extra);
    values.ownerId = 4321;
    values.groupId = 4321;
    values.mode = 0777;
    values.modified = Timestamp{1'000'000'001, 123'456'789};
    const auto refused = directory->applyMetadata("link", values);
    BOOST_CHECK(directory->statusOf("link")->modified == *values.modified);
    const auto after = directory->statusOf("target");
    BOOST_CHECK(after->modified == before->modified);
    BOOST_CHECK(after->changed == before->changed);
    BOOST_TEST(after->ownerId == before->ownerId);
    BOOST_TEST(directory->extraMetadataOf("target").attributes.empty());
    if (isSkipped(refused)) return;
    BOOST_TEST(directory->statusOf("link")->ownerId == 4321U);
    BOOST_CHECK(directory->extraMetadataOf("link") == extra);
}

BOOST_AUTO_TEST_CASE(times_keep_their_nanoseconds_and_the_access_time_stays) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "it", "x");
    struct stat before = {};
    BOOST_REQUIRE(::stat((folder / "it").c_str(), &before) == 0);
    MetadataToApply values;
    values.modified = Timestamp{1'600'000'000, 1};
    BOOST_TEST(directory->applyMetadata("it", values).empty());
    BOOST_CHECK(directory->statusOf("it")->modified == *values.modified);
    struct stat after = {};
    BOOST_REQUIRE(::stat((folder / "it").c_str(), &after) == 0);
    BOOST_TEST(after.st_atim.tv_nsec == before.st_atim.tv_nsec);
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_one_sentence_and_the_rest_is_applied) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "it", "x");
    const ExtraMetadata extra{{{"nonsense.name", {1}}, {"user.good", {2}}}, 0};
    MetadataToApply values = withExtra(extra);
    values.mode = 0640;
    const auto refused = directory->applyMetadata("it", values);
    BOOST_REQUIRE_EQUAL(refused.size(), 1U);
    BOOST_TEST(refused[0].find("nonsense.name") != std::string::npos);
    BOOST_TEST(refused[0].back() == '.');
    BOOST_TEST(directory->statusOf("it")->mode == 0640U);
    BOOST_TEST(directory->extraMetadataOf("it").attributes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_read_only_file_gets_its_attributes_too) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    for (const std::uint32_t mode : {0444U, 0U, 02444U}) {
        writeFile(*directory, "it", "x");
        const ExtraMetadata extra{{{"user.a", {1}}}, 0};
        MetadataToApply values = withExtra(extra);
        values.mode = mode;
        if (isSkipped(directory->applyMetadata("it", values))) return;
        BOOST_TEST(directory->statusOf("it")->mode == mode);
        char value = 0;
        const std::string path = folder / "it";
        if (mode != 0) BOOST_TEST(::getxattr(path.c_str(), "user.a", &value, 1) == 1);
        directory->removeFile("it");
    }
}

BOOST_AUTO_TEST_CASE(setuid_is_not_set_for_the_wrong_owner) {
    if (::geteuid() == 0) return;  // root can set every owner
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "it", "x");
    MetadataToApply values;
    values.ownerId = 0;
    values.mode = 04755;
    BOOST_TEST(directory->applyMetadata("it", values).size() == 2U);
    BOOST_TEST(directory->statusOf("it")->mode == 0755U);
}

BOOST_AUTO_TEST_SUITE_END()
