// SPDX-License-Identifier: Apache-2.0
// reparse_test.cpp: reparse data as NTFS lays them out, and what their tags mean. Wine makes no reparse
// points.
#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "platform/windows/nt_file.hpp"
#include "platform/windows/reparse.hpp"
#include "platform/windows/system_error.hpp"

namespace {

using platform::windows::isLinkTag;
using platform::windows::isNotOnThisDisk;
using platform::windows::linkTargetIn;

/// REPARSE_DATA_BUFFER of a symbolic link (with flags) or of a mount point (without).
base::Bytes linkData(DWORD tag, std::wstring_view substitute, std::wstring_view shown) {
    const std::size_t names = tag == IO_REPARSE_TAG_SYMLINK ? 20 : 16;
    base::Bytes data(names + (substitute.size() + shown.size()) * 2);
    const auto put = [&data](std::size_t at, std::size_t value) {
        base::storeLittleEndian<std::uint16_t>(data.data() + at, static_cast<std::uint16_t>(value));
    };
    base::storeLittleEndian<std::uint32_t>(data.data(), tag);
    put(4, data.size() - 8);
    put(10, substitute.size() * 2);
    put(12, substitute.size() * 2);
    put(14, shown.size() * 2);
    std::size_t at = names;
    for (const std::wstring_view name : {substitute, shown}) {
        for (const wchar_t letter : name) {
            put(at, letter);
            at += 2;
        }
    }
    return data;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reparse)

BOOST_AUTO_TEST_CASE(a_link_points_to_its_shown_name_or_else_to_its_native_one) {
    BOOST_TEST(linkTargetIn(linkData(IO_REPARSE_TAG_SYMLINK, L"\\??\\C:\\a", L"C:\\a")) == "C:\\a");
    BOOST_TEST(linkTargetIn(linkData(IO_REPARSE_TAG_SYMLINK, L"..\\b", L"..\\b")) == "..\\b");
    BOOST_TEST(linkTargetIn(linkData(IO_REPARSE_TAG_MOUNT_POINT, L"\\??\\D:\\x", L"")) == "D:\\x");
    BOOST_TEST(linkTargetIn(linkData(IO_REPARSE_TAG_MOUNT_POINT, L"\\??\\Volume{1}\\", L"")) ==
               "Volume{1}\\");
}

BOOST_AUTO_TEST_CASE(data_cut_short_anywhere_never_reads_past_their_end) {
    for (const DWORD tag : {IO_REPARSE_TAG_SYMLINK, IO_REPARSE_TAG_MOUNT_POINT}) {
        const base::Bytes whole = linkData(static_cast<DWORD>(tag), L"\\??\\C:\\target", L"");
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const base::Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            BOOST_TEST(linkTargetIn(part).empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_tag_that_holds_no_name_has_no_target) {
    base::Bytes execution(64);
    base::storeLittleEndian<std::uint32_t>(execution.data(), 0x8000001B);  // APPEXECLINK
    BOOST_TEST(linkTargetIn(execution).empty());
}

BOOST_AUTO_TEST_CASE(only_tags_that_hold_the_files_own_content_are_followed) {
    for (const DWORD tag : {0x80000013U, 0x80000017U, 0x9000001AU, 0x9000301AU, 0x9000F01AU}) {
        BOOST_TEST(!isLinkTag(tag), tag);
    }
    // Symbolic link, junction, an unknown one, the execution alias of the store, a socket, and none that is
    // known.
    for (const DWORD tag : {0xA000000CU, 0xA0000003U, 0x00001234U, 0x8000001BU, 0x80000023U, 0U}) {
        BOOST_TEST(isLinkTag(tag), tag);
    }
}

BOOST_AUTO_TEST_CASE(a_placeholder_of_the_cloud_is_not_on_this_disk) {
    BOOST_TEST(isNotOnThisDisk(0x00400000));  // recalled when its data are read
    BOOST_TEST(isNotOnThisDisk(0x00040000));  // recalled when it is opened
    BOOST_TEST(isNotOnThisDisk(FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_REPARSE_POINT));
    BOOST_TEST(!isNotOnThisDisk(FILE_ATTRIBUTE_OFFLINE));  // a mark that any program may set
    BOOST_TEST(!isNotOnThisDisk(FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_ARCHIVE));
}

BOOST_AUTO_TEST_CASE(data_that_make_no_sense_are_not_given_to_the_system) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{16385}}) {
        base::Bytes data(size, 0xA0);
        BOOST_TEST(platform::windows::makeReparsePoint(nullptr, data) == DWORD{ERROR_INVALID_REPARSE_DATA});
    }
    BOOST_TEST(platform::windows::makeReparsePoint(nullptr, base::Bytes(32)) ==
               DWORD{ERROR_INVALID_REPARSE_DATA});
}

BOOST_AUTO_TEST_CASE(each_refusal_says_what_to_do) {
    const auto cloud = platform::windows::notOnThisDiskError("C:\\a");
    BOOST_TEST(cloud.code() == "FS-0024");
    BOOST_TEST((cloud.kind() == base::ErrorKind::Unavailable));
    const auto encrypted = platform::windows::encryptedError("C:\\a");
    BOOST_TEST(encrypted.code() == "FS-0025");
    BOOST_TEST((encrypted.kind() == base::ErrorKind::Denied));
    const auto busy = platform::windows::fileError(ERROR_SHARING_VIOLATION, "open the file", "C:\\a");
    BOOST_TEST(busy.code() == "FS-0005");
    BOOST_TEST((busy.kind() == base::ErrorKind::Busy));
}

BOOST_AUTO_TEST_SUITE_END()
