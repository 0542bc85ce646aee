// SPDX-License-Identifier: Apache-2.0
// publish_test.cpp: publish() on file systems that lack hard links, and those that lack more.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

using test::readFile;
using test::TemporaryFolder;
using test::writeFile;

namespace {

/// Makes the kernel answer two calls with an error from here on, as a poorer file system would. False where
/// the kernel does not let us.
bool refuseCalls(long first, int firstError, long second, int secondError) {
    const auto answer = [](int number) { return SECCOMP_RET_ERRNO | static_cast<unsigned>(number); };
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(first), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer(firstError)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(second), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer(secondError)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Publishes "one" and then "two" under the same name, in a process whose kernel refuses the calls. The exit
/// code is 0 when the first wins, the second is told so and stays; 77 when the kernel does not let us try.
int publishTwice(const TemporaryFolder& folder, long first, int firstError, long second, int secondError) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (!refuseCalls(first, firstError, second, secondError)) ::_exit(77);
        int code = 1;
        try {
            folder.files->publish(folder / "one", folder / "to");
            code = 2;
            folder.files->publish(folder / "two", folder / "to");
        } catch (const base::Error& error) {
            if (code == 2 && error.kind() == base::ErrorKind::Exists) code = 0;
        }
        ::_exit(code);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void checkPublish(int linkError, int renameError) {
    const TemporaryFolder folder;
    writeFile(*folder.open(), "one", "first");
    writeFile(*folder.open(), "two", "second");
    // Where the rename is to work, the second rule names the same call as the first and never fires.
    const long second = renameError == 0 ? SYS_linkat : SYS_renameat2;
    const int code = publishTwice(folder, SYS_linkat, linkError, second, renameError);
    if (code == 77) {
        BOOST_TEST_MESSAGE("skipped: this kernel filters no system calls");
        return;
    }
    BOOST_TEST(code == 0);
    BOOST_TEST(readFile(*folder.open(), "to") == "first");
    BOOST_TEST(readFile(*folder.open(), "two") == "second");
    BOOST_TEST(!folder.open()->statusOf("one").has_value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(publishing)

BOOST_AUTO_TEST_CASE(without_hard_links_publish_still_never_replaces) {
    checkPublish(EPERM, 0);
    checkPublish(EOPNOTSUPP, 0);
}

BOOST_AUTO_TEST_CASE(without_hard_links_and_careful_renames_publish_still_never_replaces) {
    checkPublish(EPERM, EINVAL);
    checkPublish(ENOSYS, ENOSYS);
}

BOOST_AUTO_TEST_SUITE_END()
