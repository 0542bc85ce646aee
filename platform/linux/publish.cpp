// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/publish.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/descriptor.hpp"
#include "platform/linux/path.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr char kVerb[] = "give the file its name";

bool meansNoHardLinks(int number) noexcept {
    return number == EPERM || number == EMLINK || meansUnsupported(number);
}

/// True when both names show one file with exactly two names, asked from the server and not from a cache.
bool isLinkedAlready(const Anchor& from, const Anchor& to) noexcept {
    constexpr int kFlags = AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC;
    struct statx first;
    struct statx second;
    if (::statx(from.directory(), from.rest(), kFlags, STATX_INO | STATX_NLINK, &first) != 0) return false;
    if (::statx(to.directory(), to.rest(), kFlags, STATX_INO | STATX_NLINK, &second) != 0) return false;
    return first.stx_ino == second.stx_ino && first.stx_dev_major == second.stx_dev_major &&
           first.stx_dev_minor == second.stx_dev_minor && first.stx_nlink == 2;
}

/// The third way. Returns 0 or an errno number.
int claimAndRename(const Anchor& from, const Anchor& to) noexcept {
    const Descriptor claim(retryInterrupted([&] {
        return ::openat(to.directory(), to.rest(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        0600);
    }));
    if (!claim) return errno;
    if (::renameat(from.directory(), from.rest(), to.directory(), to.rest()) == 0) return 0;
    const int number = errno;
    ::unlinkat(to.directory(), to.rest(), 0);
    return number;
}

/// The second way, or else the third. Returns 0 or an errno number.
int renameWithoutReplacing(const Anchor& from, const Anchor& to) noexcept {
    if (::renameat2(from.directory(), from.rest(), to.directory(), to.rest(), RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && !meansUnsupported(errno)) return errno;
    return claimAndRename(from, to);
}

}  // namespace

void publishFile(const std::string& from, const std::string& to) {
    const Anchor source(from);
    const Anchor target(to);
    if (source.error() != 0) throw fileError(source.error(), kVerb, from);
    if (target.error() != 0) throw fileError(target.error(), kVerb, to);
    int number = 0;
    if (::linkat(source.directory(), source.rest(), target.directory(), target.rest(), 0) != 0) {
        number = errno;
        if (meansNoHardLinks(number)) {
            number = renameWithoutReplacing(source, target);
            if (number == 0) return;
        }
        if (number == EEXIST && isLinkedAlready(source, target)) number = 0;
    }
    if (number != 0) throw fileError(number, kVerb, to);
    // Should this fail, trying publish() again finds both names on one file and takes it up here.
    if (::unlinkat(source.directory(), source.rest(), 0) != 0 && errno != ENOENT) {
        throw fileError(errno, "remove", from, "after giving the file its final name");
    }
}

}  // namespace platform::linux
