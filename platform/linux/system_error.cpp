// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/system_error.hpp"

#include <cerrno>
#include <cstring>

#include "platform/base/text.hpp"
#include "platform/file_system.hpp"

namespace platform::linux {

namespace {

using base::ErrorKind;
using base::Retry;

struct Meaning {
    ErrorKind kind;
    const char* code;
    const char* hint;
    Retry retry;
};

constexpr Meaning kDenied{ErrorKind::Denied, "FS-0003",
                          "Give this user the right to the path, or run hbr as root.", Retry::AfterFix};
constexpr Meaning kReadOnly{
    ErrorKind::Denied, "FS-0003",
    "The file system is mounted read-only; remount it for writing or choose another place.", Retry::AfterFix};
constexpr Meaning kBusy{ErrorKind::Busy, "FS-0005",
                        "Another program is using it. End that program or try again later.", Retry::Later};
constexpr Meaning kNoRoom{ErrorKind::Exhausted, "FS-0004",
                          "Free some room or raise the quota, then try again.", Retry::AfterFix};
constexpr Meaning kTooManyFiles{ErrorKind::Exhausted, "FS-0004",
                                "Raise the limit of open files ('ulimit -n'), then try again.",
                                Retry::AfterFix};
constexpr Meaning kTooLarge{
    ErrorKind::Exhausted, "FS-0004",
    "This is more than the file system or a limit ('ulimit -f') allows; choose another place.",
    Retry::AfterFix};
constexpr Meaning kUnsupported{ErrorKind::Unsupported, "FS-0006",
                               "This file system cannot do that; use another one where it matters.",
                               Retry::Never};
constexpr Meaning kInvalid{ErrorKind::Invalid, "FS-0008", "Check the path.", Retry::AfterFix};
constexpr Meaning kLoop{ErrorKind::Invalid, "FS-0008",
                        "Check the symbolic links on the path: they run in a circle.", Retry::AfterFix};
constexpr Meaning kDeviceFailure{ErrorKind::Unavailable, kDeviceFailureCode,
                                 "Check the disk, its cables and the mount, then try again.", Retry::Later};
constexpr Meaning kUnavailable{ErrorKind::Unavailable, "FS-0007",
                               "Check the disk or the mount, then try again.", Retry::Later};

/// Numbers that are in no list are trouble with the device or the network: those are many, and to try again
/// later is the right advice for them.
Meaning meaningOf(int number) noexcept {
    if (meansNotFound(number)) {
        return {ErrorKind::NotFound, "FS-0001", "Check the path and that its file system is mounted.",
                Retry::AfterFix};
    }
    if (meansUnsupported(number)) return kUnsupported;
    switch (number) {
        case EEXIST:
            return {ErrorKind::Exists, "FS-0002", "Choose another name, or move away what is there.",
                    Retry::AfterFix};
        case EACCES:
        case EPERM:
            return kDenied;
        case EROFS:
            return kReadOnly;
        case ETXTBSY:
        case EBUSY:
        case EAGAIN:
        case EDEADLK:
            return kBusy;
        case ENOSPC:
        case EDQUOT:
            return kNoRoom;
        case EMFILE:
        case ENFILE:
            return kTooManyFiles;
        case EFBIG:
        case EMLINK:
        case E2BIG:
        case ERANGE:
            return kTooLarge;
        case ENOMEM:
            return {ErrorKind::Exhausted, "FS-0004", "The machine has no memory left; end other programs.",
                    Retry::Later};
        case ELOOP:
            return kLoop;
        case EINVAL:
        case EILSEQ:
        case ENAMETOOLONG:
        case EISDIR:
        case ENOTEMPTY:
        case EXDEV:
            return kInvalid;
        case EIO:
        case EREMOTEIO:  // the device's own word for a lost sector
        case EUCLEAN:    // XFS, ext4: a structure on disk is damaged
        case EBADMSG:    // ext4: a checksum is wrong
            return kDeviceFailure;
        default:
            return kUnavailable;
    }
}

}  // namespace

bool meansNotFound(int number) noexcept { return number == ENOENT || number == ENOTDIR; }

bool meansUnsupported(int number) noexcept {
    return number == EOPNOTSUPP || number == ENOSYS || number == ENOTTY;
}

std::string reasonOf(int number) {
    const char* known = ::strerrordesc_np(number);
    if (known == nullptr) return "error number " + std::to_string(number);
    std::string reason(known);
    // "Permission denied" continues our sentence; "RPC struct is bad" keeps its capitals.
    const bool startsWithWord = reason.size() > 1 && reason[1] >= 'a' && reason[1] <= 'z';
    if (startsWithWord && reason[0] >= 'A' && reason[0] <= 'Z')
        reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
    return reason;
}

namespace {

base::Error errorOf(const Meaning& meaning, int number, std::string_view verb, std::string_view path,
                    std::string_view purpose) {
    std::string message = "Could not " + std::string(verb) + " '" + base::printable(path) + "'";
    if (!purpose.empty()) message += " " + std::string(purpose);
    return {meaning.kind, meaning.code, message + " - " + reasonOf(number), meaning.hint, meaning.retry};
}

}  // namespace

base::Error fileError(int number, std::string_view verb, std::string_view path, std::string_view purpose) {
    return errorOf(meaningOf(number), number, verb, path, purpose);
}

base::Error flushError(int number, std::string_view verb, std::string_view path) {
    const Meaning meaning = number == EROFS ? kDeviceFailure : meaningOf(number);
    return errorOf(meaning, number, verb, path, "to stable storage");
}

base::Error symlinkError(std::string_view path) {
    return {ErrorKind::Denied, "FS-0009",
            "Could not open '" + base::printable(path) +
                "' - it is a symbolic link, which is never followed here",
            "Name the place that the link points to instead.", Retry::AfterFix};
}

base::Error notRegularError(std::string_view path) {
    return {ErrorKind::Invalid, "FS-0010",
            "Could not open '" + base::printable(path) + "' - it is not a regular file",
            "Name a regular file.", Retry::AfterFix};
}

std::string sentenceOf(const base::Error& error) { return error.message() + " (" + error.code() + ")."; }

}  // namespace platform::linux
