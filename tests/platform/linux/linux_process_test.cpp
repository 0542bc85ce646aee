// SPDX-License-Identifier: Apache-2.0
// linux_process_test.cpp: signals, children, limits, the key file and errno on Linux.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "platform/known_paths.hpp"
#include "platform/linux/cgroup_limit.hpp"
#include "platform/linux/system_error.hpp"
#include "platform/process.hpp"
#include "platform/secrets.hpp"
#include "tests/platform/linux/forked_child.hpp"
#include "tests/platform/temporary_folder.hpp"

using base::ErrorKind;
using test::exitCodeOf;
using test::hasCode;
using test::TemporaryFolder;
using test::writeFile;

BOOST_AUTO_TEST_SUITE(linux_process)

BOOST_AUTO_TEST_CASE(the_first_interrupt_cancels_and_the_second_ends) {
    BOOST_TEST(exitCodeOf([] {
                   const base::CancelToken token;
                   platform::cancelOnInterrupt(token);
                   ::raise(SIGTERM);
                   if (!token.isCancelled()) return 1;
                   ::raise(SIGINT);
                   return 2;
               }) == 130);
}

BOOST_AUTO_TEST_CASE(a_process_with_keys_dumps_no_core_and_survives_broken_pipes) {
    BOOST_TEST(exitCodeOf([] {
                   platform::cancelOnInterrupt(base::CancelToken());
                   struct rlimit cores = {};
                   ::getrlimit(RLIMIT_CORE, &cores);
                   int ends[2];
                   if (::pipe(ends) != 0) return 1;
                   ::close(ends[0]);
                   const bool isBroken = ::write(ends[1], "x", 1) < 0 && errno == EPIPE;
                   return cores.rlim_cur == 0 && ::prctl(PR_GET_DUMPABLE) == 0 && isBroken ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(metadata_can_be_set_by_an_ordinary_user_who_dumps_no_core) {
    const TemporaryFolder folder;
    if (::geteuid() == 0) BOOST_REQUIRE(::chown(folder.path.c_str(), 12345, 12345) == 0);
    BOOST_TEST(exitCodeOf([&folder] {
                   if (::geteuid() == 0 && (::setgid(12345) != 0 || ::setuid(12345) != 0)) return 1;
                   platform::cancelOnInterrupt(base::CancelToken());
                   const auto directory = folder.open();
                   writeFile(*directory, "it", "x");
                   const platform::ExtraMetadata none;
                   platform::MetadataToApply values;
                   values.extra = &none;
                   values.mode = 0;
                   values.modified = platform::Timestamp{1, 2};
                   return directory->applyMetadata("it", values).empty() ? 0 : 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(more_output_than_a_pipe_holds_comes_back_whole) {
    const std::string input(3 * base::kMiB, 'x');
    const platform::ChildResult result = platform::runProgram({"cat"}, base::asBytes(input));
    BOOST_TEST(result.exitCode == 0);
    BOOST_TEST((result.output == input));
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_read_its_input_is_no_trouble) {
    const std::string input(3 * base::kMiB, 'x');
    const auto result =
        platform::runProgram({"sh", "-c", "exec 0<&-; echo done; exit 7"}, base::asBytes(input));
    BOOST_TEST(result.exitCode == 7);
    BOOST_TEST(result.output == "done\n");
    BOOST_TEST(platform::runProgram({"sh", "-c", "kill -TERM $$"}, {}).exitCode == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_child_finds_broken_pipes_as_a_fresh_program_does) {
    BOOST_TEST(platform::runProgram({"sh", "-c", "(trap '' TERM; yes) | head -n1"}, {}).output == "y\n");
}

BOOST_AUTO_TEST_CASE(folders_come_from_the_environment_first) {
    BOOST_TEST(exitCodeOf([] {
                   ::setenv("HBR_CONFIG_DIR", "/tmp/c", 1);
                   ::setenv("HBR_STATE_DIR", "/tmp/s", 1);
                   return platform::configFolder() == "/tmp/c" && platform::stateFolder() == "/tmp/s" ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_container_limits_the_processors) {
    const TemporaryFolder folder;
    folder.files->createDirectories(folder / "root/a/b");
    folder.files->createDirectories(folder / "root/cpu/a");
    writeFile(*folder.open(), "two", "0::/a/b\n");
    writeFile(*folder.open(), "one", "3:cpu,cpuacct:/a\n");
    const std::string root = folder / "root";
    BOOST_TEST(platform::linux::cgroupProcessorLimit(folder / "two", root) == 0U);
    writeFile(*folder.files->openDirectory(root + "/a"), "cpu.max", "250000 100000\n");
    writeFile(*folder.files->openDirectory(root + "/a/b"), "cpu.max", "max 100000\n");
    writeFile(*folder.files->openDirectory(root + "/cpu/a"), "cpu.cfs_quota_us", "50000\n");
    writeFile(*folder.files->openDirectory(root + "/cpu/a"), "cpu.cfs_period_us", "100000\n");
    BOOST_TEST(platform::linux::cgroupProcessorLimit(folder / "two", root) == 3U);
    BOOST_TEST(platform::linux::cgroupProcessorLimit(folder / "one", root) == 1U);
    BOOST_TEST(platform::linux::cgroupProcessorLimit(folder / "none", root) == 0U);
}

BOOST_AUTO_TEST_CASE(a_secret_sealed_under_another_key_is_refused) {
    const TemporaryFolder folder;
    const auto here = platform::makeSecretStore(folder / "here");
    const auto elsewhere = platform::makeSecretStore(folder / "elsewhere");
    const base::Bytes sealed = here->seal(base::asBytes("secret"), "p");
    BOOST_CHECK_EXCEPTION(elsewhere->open(sealed, "p"), base::Error, hasCode("SECRET-0001"));
    BOOST_TEST(!folder.files->status(folder / "elsewhere").has_value());
    static_cast<void>(elsewhere->seal({}, "p"));
    BOOST_CHECK_EXCEPTION(elsewhere->open(sealed, "p"), base::Error, hasCode("SECRET-0001"));
}

BOOST_AUTO_TEST_CASE(the_key_file_is_private_or_not_used) {
    const TemporaryFolder folder;
    const base::Bytes sealed = platform::makeSecretStore(folder / "keys")->seal(base::asBytes("secret"), "p");
    BOOST_TEST(folder.files->status(folder / "keys")->mode == 0700U);
    const auto keys = folder.files->openDirectory(folder / "keys");
    BOOST_REQUIRE_EQUAL(keys->list().size(), 1U);
    BOOST_TEST(keys->statusOf("secret.key")->mode == 0600U);
    BOOST_REQUIRE(::chmod((folder / "keys/secret.key").c_str(), 0644) == 0);
    BOOST_CHECK_EXCEPTION(platform::makeSecretStore(folder / "keys")->open(sealed, "p"), base::Error,
                          hasCode("SECRET-0004"));
    BOOST_REQUIRE(::chmod((folder / "keys/secret.key").c_str(), 0600) == 0);
    keys->openForWriting("secret.key")->truncate(31);
    BOOST_CHECK_EXCEPTION(platform::makeSecretStore(folder / "keys")->open(sealed, "p"), base::Error,
                          hasCode("SECRET-0005"));
}

BOOST_AUTO_TEST_CASE(errno_is_told_in_one_sentence_with_the_right_kind) {
    using platform::linux::fileError;
    BOOST_TEST(std::string(fileError(EACCES, "open", "/x/y", "for reading").message()) ==
               "Could not open '/x/y' for reading - permission denied");
    const std::pair<int, ErrorKind> kinds[] = {
        {ENOENT, ErrorKind::NotFound},     {ENOTDIR, ErrorKind::NotFound},
        {EEXIST, ErrorKind::Exists},       {EACCES, ErrorKind::Denied},
        {EPERM, ErrorKind::Denied},        {EROFS, ErrorKind::Denied},
        {ENOSPC, ErrorKind::Exhausted},    {EDQUOT, ErrorKind::Exhausted},
        {EMFILE, ErrorKind::Exhausted},    {EIO, ErrorKind::Unavailable},
        {ESTALE, ErrorKind::Unavailable},  {ETXTBSY, ErrorKind::Busy},
        {EBUSY, ErrorKind::Busy},          {EOPNOTSUPP, ErrorKind::Unsupported},
        {ENAMETOOLONG, ErrorKind::Invalid}};
    for (const auto& [number, kind] : kinds) BOOST_CHECK(fileError(number, "open", "x").kind() == kind);
}

BOOST_AUTO_TEST_CASE(a_file_system_that_gave_up_while_it_was_written_to_is_a_disk_that_failed) {
    using platform::linux::flushError;
    const base::Error gaveUp = flushError(EROFS, "flush", "/x");
    BOOST_TEST(gaveUp.code() == platform::kDeviceFailureCode);
    BOOST_CHECK(gaveUp.kind() == ErrorKind::Unavailable);
    BOOST_TEST(std::string(gaveUp.message()) ==
               "Could not flush '/x' to stable storage - read-only file system");
    BOOST_CHECK(flushError(ENOSPC, "flush", "/x").kind() == ErrorKind::Exhausted);
}

BOOST_AUTO_TEST_SUITE_END()
