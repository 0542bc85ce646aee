// SPDX-License-Identifier: Apache-2.0
// no_epoll.c: loaded before a program, makes waiting for the kernel's requests impossible, as when a machine has no file
// descriptors left.
#include <errno.h>

int epoll_create1(int flags) {
    (void)flags;
    errno = ENFILE;
    return -1;
}
