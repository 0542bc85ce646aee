// SPDX-License-Identifier: Apache-2.0
#include "platform/new_file.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(new_files)

BOOST_AUTO_TEST_CASE(a_new_file_has_its_content_and_is_never_written_over) {
    const test::TemporaryFolder folder;
    platform::writeNewFile(*folder.files, folder / "it", base::asBytes("first"));
    BOOST_CHECK_EXCEPTION(platform::writeNewFile(*folder.files, folder / "it", base::asBytes("second")),
                          base::Error, test::isKind(base::ErrorKind::Exists));
    base::Bytes content(5);
    const auto file = folder.files->openForReading(folder / "it");
    BOOST_TEST(file->status().sizeBytes == 5U);
    BOOST_TEST(file->readAt(0, content) == 5U);
    BOOST_TEST(base::asText(content) == "first");
}

BOOST_AUTO_TEST_SUITE_END()
