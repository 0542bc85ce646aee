// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/job_progress.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "tests/platform/temporary_folder.hpp"

using catalogue::JobProgress;
using catalogue::ProgressFiles;

BOOST_AUTO_TEST_SUITE(job_progresses)

BOOST_AUTO_TEST_CASE(what_was_told_last_is_read_until_it_is_removed) {
    const test::TemporaryFolder folder;
    const ProgressFiles files(*folder.files, folder.path);
    BOOST_TEST(!files.read({7}).has_value());
    JobProgress progress{"Reading", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "/etc/\"quoted\""};
    files.write({7}, progress);
    BOOST_CHECK(files.read({7}) == progress);
    progress.objectsTotal.reset();
    progress.bytesTotal.reset();
    progress.secondsLeft.reset();
    files.write({7}, progress);
    BOOST_CHECK(files.read({7}) == progress);
    BOOST_TEST(!files.read({8}).has_value());
    files.remove({7});
    files.remove({7});
    BOOST_TEST(!files.read({7}).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_progress_is_none) {
    const test::TemporaryFolder folder;
    const auto root = folder.open();
    test::writeFile(*root, "1.progress", "");
    test::writeFile(*root, "2.progress", "{\"stage\":");
    test::writeFile(*root, "3.progress", std::string(1024 * 1024, ' ') + "{}");
    test::writeFile(*root, "4.progress.new", "left by a writer that was killed");
    const ProgressFiles files(*folder.files, folder.path);
    for (const std::int64_t id : {1, 2, 3, 4}) BOOST_TEST(!files.read({id}).has_value());
    files.write({4}, {});
    BOOST_CHECK(files.read({4}) == JobProgress());
    BOOST_CHECK_THROW(ProgressFiles(*folder.files, folder / "missing").write({1}, {}), base::Error);
}

BOOST_AUTO_TEST_SUITE_END()
