// SPDX-License-Identifier: Apache-2.0
// interrupted_io.c: loaded before a program, interrupts its work on files below HBR_INTERRUPTED_FOLDER as signals and
// network file systems do: one call in four fails with EINTR, and of the others half read or write only a part.
// The numbers of both are appended to the file HBR_INTERRUPTED_COUNTS when the program ends.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_ullong calls;
static atomic_ulong interrupted;
static atomic_ulong shortened;

static unsigned long long next_random(void) {
    static atomic_ullong seed;
    if (!atomic_load(&seed)) {
        const char *text = getenv("HBR_INTERRUPTED_SEED");
        atomic_store(&seed, 1 + (text ? strtoull(text, NULL, 10) : 0));
    }
    unsigned long long x = (atomic_fetch_add(&calls, 1) + 1) * 0x9E3779B97F4A7C15ULL ^ atomic_load(&seed) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

static int is_inside(const char *path) {
    const char *folder = getenv("HBR_INTERRUPTED_FOLDER");
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_ours(int descriptor) {
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = '\0';
    return is_inside(path);
}

static int interrupts(int descriptor) {
    if (!is_ours(descriptor) || next_random() % 4 != 0) return 0;
    atomic_fetch_add(&interrupted, 1);
    errno = EINTR;
    return 1;
}

static size_t part_of(int descriptor, size_t size) {
    if (size < 2 || !is_ours(descriptor) || next_random() % 2 != 0) return size;
    atomic_fetch_add(&shortened, 1);
    return 1 + (size_t)(next_random() % (size - 1));
}

// Where the function comes from that stands here in its place.
#define REAL(name)                        \
    static __typeof__(&name) real;        \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t read(int descriptor, void *to, size_t size) {
    REAL(read);
    return interrupts(descriptor) ? -1 : real(descriptor, to, part_of(descriptor, size));
}

ssize_t write(int descriptor, const void *from, size_t size) {
    REAL(write);
    return interrupts(descriptor) ? -1 : real(descriptor, from, part_of(descriptor, size));
}

ssize_t pread64(int descriptor, void *to, size_t size, off64_t at) {
    REAL(pread64);
    return interrupts(descriptor) ? -1 : real(descriptor, to, part_of(descriptor, size), at);
}

ssize_t pwrite64(int descriptor, const void *from, size_t size, off64_t at) {
    REAL(pwrite64);
    return interrupts(descriptor) ? -1 : real(descriptor, from, part_of(descriptor, size), at);
}

ssize_t pread(int descriptor, void *to, size_t size, off_t at) { return pread64(descriptor, to, size, at); }
ssize_t pwrite(int descriptor, const void *from, size_t size, off_t at) { return pwrite64(descriptor, from, size, at); }

int fsync(int descriptor) {
    REAL(fsync);
    return interrupts(descriptor) ? -1 : real(descriptor);
}

int ftruncate64(int descriptor, off64_t size) {
    REAL(ftruncate64);
    return interrupts(descriptor) ? -1 : real(descriptor, size);
}

int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

int openat64(int directory, const char *path, int flags, ...) {
    REAL(openat64);
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    const int is_meant = path[0] == '/' ? is_inside(path) : is_ours(directory);
    if (is_meant && next_random() % 4 == 0) {
        atomic_fetch_add(&interrupted, 1);
        errno = EINTR;
        return -1;
    }
    return real(directory, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return openat64(directory, path, flags, mode);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("HBR_INTERRUPTED_COUNTS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%lu %lu\n", atomic_load(&interrupted), atomic_load(&shortened));
    fclose(file);
}
