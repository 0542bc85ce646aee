// SPDX-License-Identifier: Apache-2.0
// process_test.cpp: facts about the process that hold on every system.
#include "platform/process.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "platform/known_paths.hpp"
#include "tests/platform/temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(process)

BOOST_AUTO_TEST_CASE(the_machine_has_a_name_and_processors) {
    BOOST_TEST(!platform::hostName().empty());
    BOOST_TEST(platform::processorCount() >= 1U);
    BOOST_TEST(platform::terminalColumns() >= 1U);
}

BOOST_AUTO_TEST_CASE(the_peak_of_memory_grows_with_what_is_held) {
    const std::uint64_t before = platform::peakMemoryBytes();
    const base::Bytes held(64 * base::kMiB, 1);
    BOOST_TEST(held.back() == 1);
    BOOST_TEST(platform::peakMemoryBytes() > before);
    BOOST_TEST(before > base::kMiB);
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_not_set_is_nothing) {
    BOOST_TEST(!platform::environmentVariable("HBR_NO_SUCH_VARIABLE").has_value());
    BOOST_TEST(platform::environmentVariable("PATH").has_value());
}

BOOST_AUTO_TEST_CASE(a_program_that_does_not_exist_is_not_found) {
    BOOST_CHECK_EXCEPTION(platform::runProgram({"hbr-no-such-program"}, {}), base::Error,
                          test::isKind(base::ErrorKind::NotFound));
    BOOST_CHECK_EXCEPTION(platform::runProgram({}, {}), base::Error, test::isKind(base::ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(the_programs_own_name_is_no_argument) {
    char name[] = "hbr";
    char* words[] = {name, nullptr};
    BOOST_CHECK_NO_THROW(platform::programArguments(1, words));
}

BOOST_AUTO_TEST_CASE(settings_and_state_have_different_folders) {
    BOOST_TEST(!platform::configFolder().empty());
    BOOST_TEST(platform::configFolder() != platform::stateFolder());
}

BOOST_AUTO_TEST_SUITE_END()
