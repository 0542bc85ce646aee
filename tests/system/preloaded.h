// SPDX-License-Identifier: Apache-2.0
// preloaded.h: what the libraries share that tests load before a program to change what its calls do.
#ifndef HBR_TESTS_PRELOADED_H
#define HBR_TESTS_PRELOADED_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

// Where the function comes from that stands here in its place.
#define REAL(name)                 \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// The mode that follows the flags of an open call, where these say that one does.
#define MODE_AFTER(flags, mode)                            \
    mode_t mode = 0;                                       \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {          \
        va_list arguments;                                 \
        va_start(arguments, flags);                        \
        mode = va_arg(arguments, mode_t);                  \
        va_end(arguments);                                 \
    }

// How long the path of an open file is; -1 when it has none.
static inline ssize_t path_of(int descriptor, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, size - 1);
    if (length >= 0) path[length] = '\0';
    return length;
}

// True when the path begins with what a variable of the environment says.
static inline int is_below(const char *variable, const char *path) {
    const char *folder = getenv(variable);
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static inline int is_open_below(const char *variable, int descriptor) {
    char path[4096];
    return path_of(descriptor, path, sizeof path) >= 0 && is_below(variable, path);
}

#endif
