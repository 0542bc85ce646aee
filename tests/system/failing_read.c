// SPDX-License-Identifier: Apache-2.0
// failing_read.c: loaded before a program, makes reading fail in every file whose name ends with "unreadable sector", as
// a disk with a bad sector does: the first 128 KiB can be read.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_bad(int descriptor) {
    static const char suffix[] = "unreadable sector";
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(link, path, sizeof path);
    const ssize_t wanted = (ssize_t)(sizeof suffix - 1);
    return size >= wanted && memcmp(path + size - wanted, suffix, (size_t)wanted) == 0;
}

enum { kGoodBytes = 128 * 1024 };

ssize_t read(int descriptor, void *to, size_t size) {
    static ssize_t (*real)(int, void *, size_t);
    if (!real) real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    if (is_bad(descriptor)) {
        const off_t at = lseek(descriptor, 0, SEEK_CUR);
        if (at >= kGoodBytes) {
            errno = EIO;
            return -1;
        }
        if (size > (size_t)(kGoodBytes - at)) size = (size_t)(kGoodBytes - at);
    }
    return real(descriptor, to, size);
}

ssize_t pread(int descriptor, void *to, size_t size, off_t at) {
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (!real) real = (ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread");
    if (is_bad(descriptor)) {
        if (at >= kGoodBytes) {
            errno = EIO;
            return -1;
        }
        if (size > (size_t)(kGoodBytes - at)) size = (size_t)(kGoodBytes - at);
    }
    return real(descriptor, to, size, at);
}

ssize_t pread64(int descriptor, void *to, size_t size, off_t at) { return pread(descriptor, to, size, at); }
