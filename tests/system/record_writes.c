// SPDX-License-Identifier: Apache-2.0
// record_writes.c: loaded before a program, appends to the file HBR_RECORD what the program does to files and folders
// below HBR_RECORDED_FOLDER, and what it flushes. power_cut.py works out from that what a disk may hold when the power
// fails.
//
// A record is a line of words, numbers and names in hexadecimal; an inode stands for its file. "write" is followed by as
// many bytes as it says.
//   create FOLDER NAME FILE | mkdir FOLDER NAME FILE | link FOLDER NAME FILE | unlink FOLDER NAME
//   rename FOLDER NAME FOLDER NAME | write FILE OFFSET SIZE | cut FILE SIZE | flush FILE
#include "preloaded.h"

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

static const char *const recorded = "HBR_RECORDED_FOLDER";

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;  // keeps records whole and in one order
static FILE *record;

static FILE *record_file(void) {
    if (!record) record = fopen(getenv("HBR_RECORD"), "ae");
    if (!record) abort();
    return record;
}

// The inode of the folder that a path is in, and its last name; 0 when that is not below the recorded folder.
static unsigned long place_of(int directory, const char *path, const char **name) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (path[0] == '/') {
        snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    } else {
        if (path_of(directory, folder, sizeof folder) < 0) return 0;
        if (slash) snprintf(folder + strlen(folder), sizeof folder - strlen(folder), "/%.*s", (int)(slash - path), path);
    }
    struct stat status;
    return is_below(recorded, folder) && stat(folder, &status) == 0 ? status.st_ino : 0;
}

static unsigned long inode_at(int directory, const char *path) {
    struct stat status;
    return fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
}

static unsigned long inode_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

static void put_name(const char *name) {
    fputc(' ', record_file());
    for (; *name; ++name) fprintf(record_file(), "%02x", (unsigned char)*name);
}

// A name that was made or removed. Names of files that were linked or created are told with their inode.
static void tell_name(const char *what, int directory, const char *path, int with_inode) {
    const int number = errno;
    const char *name;
    const unsigned long folder = place_of(directory, path, &name);
    if (folder) {
        pthread_mutex_lock(&mutex);
        fprintf(record_file(), "%s %lx", what, folder);
        put_name(name);
        if (with_inode) fprintf(record, " %lx", inode_at(directory, path));
        fputc('\n', record);
        fflush(record);
        pthread_mutex_unlock(&mutex);
    }
    errno = number;
}

static void tell_write(int descriptor, const void *from, ssize_t size, off64_t at) {
    if (size <= 0 || !is_open_below(recorded, descriptor)) return;
    const int number = errno;
    pthread_mutex_lock(&mutex);
    fprintf(record_file(), "write %lx %llx %zx\n", inode_of(descriptor), (unsigned long long)at, (size_t)size);
    fwrite(from, 1, (size_t)size, record);
    fflush(record);
    pthread_mutex_unlock(&mutex);
    errno = number;
}

ssize_t write(int descriptor, const void *from, size_t size) {
    REAL(write);
    const ssize_t written = real(descriptor, from, size);
    tell_write(descriptor, from, written, written > 0 ? lseek(descriptor, 0, SEEK_CUR) - written : 0);
    return written;
}

ssize_t pwrite64(int descriptor, const void *from, size_t size, off64_t at) {
    REAL(pwrite64);
    const ssize_t written = real(descriptor, from, size, at);
    tell_write(descriptor, from, written, at);
    return written;
}

int ftruncate64(int descriptor, off64_t size) {
    REAL(ftruncate64);
    const int outcome = real(descriptor, size);
    if (outcome == 0 && is_open_below(recorded, descriptor)) {
        pthread_mutex_lock(&mutex);
        fprintf(record_file(), "cut %lx %llx\n", inode_of(descriptor), (unsigned long long)size);
        fflush(record);
        pthread_mutex_unlock(&mutex);
    }
    return outcome;
}

static void tell_flush(int descriptor) {
    if (!is_open_below(recorded, descriptor)) return;
    const int number = errno;
    pthread_mutex_lock(&mutex);
    fprintf(record_file(), "flush %lx\n", inode_of(descriptor));
    fflush(record);
    pthread_mutex_unlock(&mutex);
    errno = number;
}

int fsync(int descriptor) {
    REAL(fsync);
    const int outcome = real(descriptor);
    if (outcome == 0) tell_flush(descriptor);
    return outcome;
}

int openat64(int directory, const char *path, int flags, ...) {
    REAL(openat64);
    MODE_AFTER(flags, mode);
    const int descriptor = real(directory, path, flags, mode);
    if (descriptor >= 0 && (flags & O_CREAT) != 0) tell_name("create", directory, path, 1);
    return descriptor;
}

int mkdirat(int directory, const char *path, mode_t mode) {
    REAL(mkdirat);
    const int outcome = real(directory, path, mode);
    if (outcome == 0) tell_name("mkdir", directory, path, 1);
    return outcome;
}

int linkat(int from, const char *old_path, int to, const char *new_path, int flags) {
    REAL(linkat);
    const int outcome = real(from, old_path, to, new_path, flags);
    if (outcome == 0) tell_name("link", to, new_path, 1);
    return outcome;
}

int unlinkat(int directory, const char *path, int flags) {
    REAL(unlinkat);
    const int outcome = real(directory, path, flags);
    if (outcome == 0) tell_name("unlink", directory, path, 0);
    return outcome;
}

static void tell_rename(int from, const char *old_path, int to, const char *new_path) {
    const char *old_name;
    const char *new_name;
    const unsigned long old_folder = place_of(from, old_path, &old_name);
    const unsigned long new_folder = place_of(to, new_path, &new_name);
    if (!old_folder || !new_folder) return;
    pthread_mutex_lock(&mutex);
    fprintf(record_file(), "rename %lx", old_folder);
    put_name(old_name);
    fprintf(record, " %lx", new_folder);
    put_name(new_name);
    fputc('\n', record);
    fflush(record);
    pthread_mutex_unlock(&mutex);
}

int renameat(int from, const char *old_path, int to, const char *new_path) {
    REAL(renameat);
    const int outcome = real(from, old_path, to, new_path);
    if (outcome == 0) tell_rename(from, old_path, to, new_path);
    return outcome;
}

int renameat2(int from, const char *old_path, int to, const char *new_path, unsigned int flags) {
    REAL(renameat2);
    const int outcome = real(from, old_path, to, new_path, flags);
    if (outcome == 0) tell_rename(from, old_path, to, new_path);
    return outcome;
}
