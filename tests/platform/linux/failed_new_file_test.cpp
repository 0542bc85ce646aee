// SPDX-License-Identifier: Apache-2.0
// failed_new_file_test.cpp: a new file that does not fit, on Linux.
#include <signal.h>
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "platform/new_file.hpp"
#include "tests/platform/linux/forked_child.hpp"
#include "tests/platform/temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(failed_new_files)

BOOST_AUTO_TEST_CASE(of_a_new_file_that_cannot_be_written_nothing_stays_behind) {
    const test::TemporaryFolder folder;
    BOOST_TEST(test::exitCodeOf([&folder] {
                   ::signal(SIGXFSZ, SIG_IGN);
                   const struct rlimit some = {1000, 1000};
                   if (::setrlimit(RLIMIT_FSIZE, &some) != 0) return 1;
                   try {
                       platform::writeNewFile(*folder.files, folder / "it", base::Bytes(2000));
                   } catch (const base::Error&) {
                       return folder.files->status(folder / "it") ? 2 : 0;
                   }
                   return 3;
               }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
