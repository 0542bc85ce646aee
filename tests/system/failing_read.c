// SPDX-License-Identifier: Apache-2.0
// failing_read.c: loaded before a program, makes reading fail as a disk does. HBR_LOST_SECTORS has a line for each loss:
// how the file's path ends, its time of modification in nanoseconds (a file that is made anew lies elsewhere), the first
// lost byte, how many are lost (0: all to the end), with tabs between. Up to the first lost byte reading works. Of files
// below HBR_LOST_FOLDER nothing can be read at all, as when their disk has gone.
#include "preloaded.h"

#include <errno.h>
#include <sys/stat.h>

static int ends_with(const char *path, size_t size, const char *suffix, size_t wanted) {
    return size >= wanted && memcmp(path + size - wanted, suffix, wanted) == 0;
}

// How many of the wanted bytes can be read; -1 when not even the first.
static ssize_t readable(int descriptor, off_t at, size_t wanted) {
    const char *line = getenv("HBR_LOST_SECTORS");
    char path[4096];
    if (wanted == 0) return 0;
    const ssize_t size = path_of(descriptor, path, sizeof path);
    if (size < 0) return (ssize_t)wanted;
    if (is_below("HBR_LOST_FOLDER", path)) return -1;
    struct stat status;
    if (fstat(descriptor, &status) != 0) return (ssize_t)wanted;
    const long long now = status.st_mtim.tv_sec * 1000000000LL + status.st_mtim.tv_nsec;
    off_t end = at + (off_t)wanted;
    while (line && *line) {
        const char *tab = strchr(line, '\t');
        long long modified = 0;
        long long from = 0;
        long long count = 0;
        if (!tab || sscanf(tab, "%lld\t%lld\t%lld", &modified, &from, &count) != 3) break;
        const int is_meant = modified == now && ends_with(path, (size_t)size, line, (size_t)(tab - line));
        const int is_behind = count != 0 && at >= from + count;
        if (is_meant && !is_behind && from < end) end = from < at ? at : from;
        line = strchr(line, '\n');
        if (line) ++line;
    }
    return end == at ? -1 : end - at;
}

ssize_t read(int descriptor, void *to, size_t size) {
    REAL(read);
    const off_t at = lseek(descriptor, 0, SEEK_CUR);
    const ssize_t left = at < 0 ? (ssize_t)size : readable(descriptor, at, size);
    if (left < 0) {
        errno = EIO;
        return -1;
    }
    return real(descriptor, to, (size_t)left);
}

ssize_t pread(int descriptor, void *to, size_t size, off_t at) {
    REAL(pread);
    const ssize_t left = readable(descriptor, at, size);
    if (left < 0) {
        errno = EIO;
        return -1;
    }
    return real(descriptor, to, (size_t)left, at);
}

ssize_t pread64(int descriptor, void *to, size_t size, off_t at) { return pread(descriptor, to, size, at); }
