// SPDX-License-Identifier: Apache-2.0
// file_metadata_test.cpp: metadata goes out and comes back, and damaged bytes are refused.
#include "connectors/files/file_metadata.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"

using base::Error;
using base::ErrorKind;
using connectors::files::ChangeToken;
using connectors::files::decodeMetadata;
using connectors::files::encodeMetadata;
using connectors::files::FileMetadata;

namespace {

constexpr std::uint64_t kSizeBytes = 1'000'000;

FileMetadata full() {
    FileMetadata metadata;
    metadata.mode = 06755;
    metadata.ownerId = 0xffff'fffeU;
    metadata.groupId = 100;
    metadata.linkCount = 3;
    metadata.deviceMajor = 8;
    metadata.deviceMinor = 0xf'ffffU;
    metadata.attributes = 0x2021;
    metadata.created = {-12'345, 999'999'999};
    metadata.extra.attributes = {
        {"security.capability", {1, 0, 0, 2}}, {"user.empty", {}}, {"user.x", base::Bytes(300, 7)}};
    metadata.extra.flags = 0x10;
    metadata.isSparse = true;
    metadata.extents = {{0, 4096}, {8192, 1}, {999'999, 1}};
    metadata.extra.streams = {{"large", 5'000'000'000}, {"none", 0}};
    return metadata;
}

bool isDamaged(const Error& error) { return error.kind() == ErrorKind::Corrupt; }

platform::FileStatus statusWith(platform::Timestamp modified, platform::Timestamp changed) {
    platform::FileStatus status;
    status.fileId = 4711;
    status.modified = modified;
    status.changed = changed;
    return status;
}

bool isSameToken(const platform::FileStatus& a, const platform::FileStatus& b) {
    return ChangeToken(a).bytes() == ChangeToken(b).bytes();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_metadata)

BOOST_AUTO_TEST_CASE(everything_comes_back) {
    const FileMetadata sparse = full();
    BOOST_CHECK(decodeMetadata(encodeMetadata(sparse), kSizeBytes) == sparse);
    FileMetadata hole = full();
    hole.extents.clear();
    BOOST_CHECK(decodeMetadata(encodeMetadata(hole), kSizeBytes) == hole);
    BOOST_CHECK(decodeMetadata(encodeMetadata(FileMetadata{}), 0) == FileMetadata{});
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_that_the_readme_shows) {
    FileMetadata metadata;
    metadata.mode = 0644;
    metadata.ownerId = 1000;
    metadata.groupId = 1000;
    metadata.created = {1, 2};
    metadata.extra.attributes = {{"user.a", {0xff}}};
    metadata.isSparse = true;
    metadata.extents = {{16, 300}};
    const base::Bytes expected = {1, 0xa4, 3,   0xe8, 7,   0xe8, 7,   1, 0,   0, 0, 0,  2,    2, 1,
                                  6, 'u',  's', 'e',  'r', '.',  'a', 1, 255, 1, 1, 16, 0xac, 2};
    BOOST_TEST(encodeMetadata(metadata) == expected);
}

BOOST_AUTO_TEST_CASE(a_file_with_a_stream_is_the_test_value_of_the_format_s_document) {
    FileMetadata metadata;
    metadata.attributes = 0x20;
    metadata.created = {1, 2};
    metadata.extra.streams = {{"s", 300}};
    const base::Bytes expected = {1, 0, 0, 0, 1, 0, 0, 0x20, 0, 2, 2, 0, 2, 1, 1, 's', 0xac, 2};
    BOOST_TEST(encodeMetadata(metadata) == expected);
}

BOOST_AUTO_TEST_CASE(streams_without_a_proper_name_or_size_are_refused) {
    for (const platform::NamedStream& stream :
         {platform::NamedStream{"", 1}, {std::string("a\0b", 3), 1}, {"huge", std::uint64_t{1} << 63}}) {
        FileMetadata metadata;
        metadata.extra.streams = {stream};
        BOOST_CHECK_EXCEPTION(decodeMetadata(encodeMetadata(metadata), 0), Error, isDamaged);
    }
    base::Bytes none = encodeMetadata(FileMetadata{});
    none.back() = 2;
    none.push_back(0);
    BOOST_CHECK_EXCEPTION(decodeMetadata(none, 0), Error, isDamaged);
}

BOOST_AUTO_TEST_CASE(bytes_cut_short_anywhere_are_refused) {
    const base::Bytes bytes = encodeMetadata(full());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_CHECK_EXCEPTION(decodeMetadata(base::ByteView(bytes).first(size), kSizeBytes), Error,
                              isDamaged);
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_follow_are_refused) {
    base::Bytes bytes = encodeMetadata(full());
    bytes.push_back(0);
    BOOST_CHECK_EXCEPTION(decodeMetadata(bytes, kSizeBytes), Error, isDamaged);
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_is_refused_or_gives_something_that_encodes_again) {
    const base::Bytes bytes = encodeMetadata(full());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        base::Bytes damaged = bytes;
        damaged[bit / 8] ^= static_cast<base::Byte>(1U << (bit % 8));
        try {
            const FileMetadata got = decodeMetadata(damaged, kSizeBytes);
            BOOST_CHECK(decodeMetadata(encodeMetadata(got), kSizeBytes) == got);
            std::uint64_t end = 0;
            for (const platform::DataExtent& extent : got.extents) {
                BOOST_TEST(extent.offset >= end);
                end = extent.offset + extent.sizeBytes;
            }
            BOOST_TEST(end <= kSizeBytes);
        } catch (const Error& error) {
            BOOST_CHECK(error.kind() == ErrorKind::Corrupt || error.kind() == ErrorKind::Unsupported);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_named_as_such) {
    base::Bytes bytes = encodeMetadata(full());
    bytes[0] = 2;
    BOOST_CHECK_EXCEPTION(decodeMetadata(bytes, kSizeBytes), Error,
                          [](const Error& error) { return error.code() == "FILES-0007"; });
    bytes[0] = 0;
    BOOST_CHECK_EXCEPTION(decodeMetadata(bytes, kSizeBytes), Error, isDamaged);
}

BOOST_AUTO_TEST_CASE(data_runs_past_the_end_of_the_file_are_refused) {
    const base::Bytes bytes = encodeMetadata(full());
    BOOST_CHECK_NO_THROW(decodeMetadata(bytes, kSizeBytes));
    BOOST_CHECK_EXCEPTION(decodeMetadata(bytes, kSizeBytes - 1), Error, isDamaged);
    BOOST_CHECK_EXCEPTION(decodeMetadata(bytes, 0), Error, isDamaged);
}

BOOST_AUTO_TEST_CASE(a_huge_count_allocates_nothing) {
    base::Bytes bytes = encodeMetadata(FileMetadata{});
    // The number of attributes is the last but one byte.
    bytes.resize(bytes.size() - 2);
    for (int i = 0; i < 9; ++i) bytes.push_back(0xff);
    bytes.push_back(0x01);
    BOOST_CHECK_EXCEPTION(decodeMetadata(bytes, kSizeBytes), Error, isDamaged);
}

BOOST_AUTO_TEST_CASE(an_attribute_without_a_proper_name_is_refused) {
    for (const std::string& name : {std::string(), std::string("user.a\0b", 8)}) {
        FileMetadata metadata;
        metadata.extra.attributes = {{name, {1}}};
        BOOST_CHECK_EXCEPTION(decodeMetadata(encodeMetadata(metadata), 0), Error, isDamaged);
    }
}

BOOST_AUTO_TEST_CASE(a_token_differs_whenever_the_change_time_or_the_file_does) {
    const platform::FileStatus base = statusWith({100, 5}, {100, 5});
    BOOST_TEST(isSameToken(base, statusWith({100, 5}, {100, 5})));
    BOOST_TEST(!isSameToken(base, statusWith({100, 5}, {100, 6})));
    BOOST_TEST(!isSameToken(base, statusWith({100, 5}, {101, 5})));
    BOOST_TEST(!isSameToken(statusWith({1, 0}, {-1, 0}), statusWith({1, 0}, {1'000, 0})));
    platform::FileStatus other = base;
    other.fileId = 4712;
    BOOST_TEST(!isSameToken(base, other));
}

BOOST_AUTO_TEST_CASE(a_token_is_never_empty_and_holds_the_largest_numbers) {
    platform::FileStatus status = statusWith({0, 0}, {INT64_MIN, 999'999'999});
    status.fileId = UINT64_MAX;
    BOOST_TEST(ChangeToken(status).view().size() == 1U + 10U + 10U + 5U);
    BOOST_TEST(!ChangeToken(platform::FileStatus{}).view().empty());
}

BOOST_AUTO_TEST_SUITE_END()
