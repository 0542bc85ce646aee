// SPDX-License-Identifier: Apache-2.0
// late_listing.c: loaded before a program, leaves files below the folder HBR_LATE_FOLDER out of listings until they are
// HBR_LATE_MS old, as a network file system that caches folders does. By the real clock, whatever the program is told.
#include "preloaded.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

// Straight to the kernel: what pretends another time sits in the C library.
static int is_young(int descriptor, const char *name, long milliseconds) {
    struct statx status;
    struct timespec now;
    if (syscall(SYS_statx, descriptor, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) != 0) return 0;
    if (!S_ISREG(status.stx_mode)) return 0;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return (now.tv_sec - status.stx_ctime.tv_sec) * 1000 + (now.tv_nsec - status.stx_ctime.tv_nsec) / 1000000 < milliseconds;
}

static ssize_t without_young(int descriptor, char *records, ssize_t size, long milliseconds) {
    ssize_t kept = 0;
    for (ssize_t at = 0; at < size;) {
        const struct dirent64 *record = (const struct dirent64 *)(records + at);
        const ssize_t length = record->d_reclen;
        if (!is_young(descriptor, record->d_name, milliseconds)) {
            memmove(records + kept, records + at, (size_t)length);
            kept += length;
        }
        at += length;
    }
    return kept;
}

ssize_t getdents64(int descriptor, void *to, size_t size) {
    REAL(getdents64);
    const char *age = getenv("HBR_LATE_MS");
    for (;;) {
        const ssize_t got = real(descriptor, to, size);
        if (got <= 0 || !age || !is_open_below("HBR_LATE_FOLDER", descriptor)) return got;
        const ssize_t kept = without_young(descriptor, to, got, atol(age));
        // Nothing at all would be taken for the end.
        if (kept > 0) return kept;
    }
}
