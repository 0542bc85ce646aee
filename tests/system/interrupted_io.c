// SPDX-License-Identifier: Apache-2.0
// interrupted_io.c: loaded before a program, interrupts its work on files below HBR_INTERRUPTED_FOLDER as signals and
// network file systems do: one call in four fails with EINTR, and of the others half read or write only a part.
// The numbers of both are appended to the file HBR_INTERRUPTED_COUNTS when the program ends.
#include "preloaded.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

static const char *const interrupted_folder = "HBR_INTERRUPTED_FOLDER";

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

static int interrupts(int descriptor) {
    if (!is_open_below(interrupted_folder, descriptor) || next_random() % 4 != 0) return 0;
    atomic_fetch_add(&interrupted, 1);
    errno = EINTR;
    return 1;
}

static size_t part_of(int descriptor, size_t size) {
    if (size < 2 || !is_open_below(interrupted_folder, descriptor) || next_random() % 2 != 0) return size;
    atomic_fetch_add(&shortened, 1);
    return 1 + (size_t)(next_random() % (size - 1));
}

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
    MODE_AFTER(flags, mode);
    const int is_meant = path[0] == '/' ? is_below(interrupted_folder, path) : is_open_below(interrupted_folder, directory);
    if (is_meant && next_random() % 4 == 0) {
        atomic_fetch_add(&interrupted, 1);
        errno = EINTR;
        return -1;
    }
    return real(directory, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
    MODE_AFTER(flags, mode);
    return openat64(directory, path, flags, mode);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("HBR_INTERRUPTED_COUNTS");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file) return;
    fprintf(file, "%lu %lu\n", atomic_load(&interrupted), atomic_load(&shortened));
    fclose(file);
}
