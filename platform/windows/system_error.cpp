// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/system_error.hpp"

#include <memory>

#include "platform/base/text.hpp"
#include "platform/file_system.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

using base::ErrorKind;
using base::Retry;

struct Meaning {
    ErrorKind kind;
    const char* code;
    const char* hint;
    Retry retry;
};

bool meansDenied(DWORD number) noexcept {
    switch (number) {
        case ERROR_ACCESS_DENIED:
        case ERROR_PRIVILEGE_NOT_HELD:
        case ERROR_WRITE_PROTECT:
        case ERROR_NETWORK_ACCESS_DENIED:
        case ERROR_INVALID_OWNER:
        case ERROR_LOGON_FAILURE:
        case ERROR_CANT_ACCESS_FILE:
            return true;
        default:
            return false;
    }
}

bool meansBusy(DWORD number) noexcept {
    switch (number) {
        case ERROR_SHARING_VIOLATION:
        case ERROR_LOCK_VIOLATION:
        case ERROR_DELETE_PENDING:
        case ERROR_BUSY:
        case ERROR_USER_MAPPED_FILE:
            return true;
        default:
            return false;
    }
}

bool meansExhausted(DWORD number) noexcept {
    switch (number) {
        case ERROR_DISK_FULL:
        case ERROR_HANDLE_DISK_FULL:
        case kDiskQuotaExceeded:
        case ERROR_NOT_ENOUGH_QUOTA:
        case ERROR_NO_SYSTEM_RESOURCES:
        case ERROR_NOT_ENOUGH_MEMORY:
        case ERROR_OUTOFMEMORY:
        case ERROR_TOO_MANY_OPEN_FILES:
        case ERROR_TOO_MANY_LINKS:
        case kFileSystemLimitation:
        case ERROR_FILE_TOO_LARGE:
            return true;
        default:
            return false;
    }
}

bool meansDeviceFailure(DWORD number) noexcept {
    switch (number) {
        case ERROR_CRC:
        case ERROR_SECTOR_NOT_FOUND:
        case ERROR_READ_FAULT:
        case ERROR_IO_DEVICE:
        case ERROR_FILE_CORRUPT:
        case ERROR_DISK_CORRUPT:
            return true;
        default:
            return false;
    }
}

bool meansInvalid(DWORD number) noexcept {
    switch (number) {
        case ERROR_INVALID_NAME:
        case ERROR_BAD_PATHNAME:
        case ERROR_INVALID_PARAMETER:
        case ERROR_FILENAME_EXCED_RANGE:
        case ERROR_DIRECTORY:
        case kIsDirectory:
        case ERROR_DIR_NOT_EMPTY:
        case ERROR_NOT_SAME_DEVICE:
        case ERROR_INVALID_SECURITY_DESCR:
        case ERROR_INVALID_ACL:
        case ERROR_INVALID_SID:
            return true;
        default:
            return false;
    }
}

/// Sorts a number into the kinds that file_system.hpp promises. What is in no list is trouble with the device
/// or the network: those numbers are many, and trying again later is the right advice for them.
Meaning meaningOf(DWORD number) noexcept {
    if (meansNotFound(number)) {
        return {ErrorKind::NotFound, "FS-0001", "Check the path and that its volume is mounted.",
                Retry::AfterFix};
    }
    if (number == ERROR_FILE_EXISTS || number == ERROR_ALREADY_EXISTS) {
        return {ErrorKind::Exists, "FS-0002", "Choose another name, or move what is there away.",
                Retry::AfterFix};
    }
    if (meansDenied(number)) {
        return {ErrorKind::Denied, "FS-0003",
                "Run HBR as Administrator, or give this user the right to the path.", Retry::AfterFix};
    }
    if (meansExhausted(number)) {
        return {ErrorKind::Exhausted, "FS-0004", "Free some room or raise the quota, then try again.",
                Retry::AfterFix};
    }
    if (meansBusy(number)) {
        return {ErrorKind::Busy, "FS-0005",
                "Another program holds it open. Close that program, or try again later.", Retry::Later};
    }
    if (meansUnsupported(number)) {
        return {ErrorKind::Unsupported, "FS-0006",
                "This file system cannot do that; use NTFS or ReFS where it matters.", Retry::Never};
    }
    if (meansInvalid(number)) {
        return {ErrorKind::Invalid, "FS-0008", "Check the path.", Retry::AfterFix};
    }
    if (meansDeviceFailure(number)) {
        return {ErrorKind::Unavailable, kDeviceFailureCode, "Check the disk and its cables, then try again.",
                Retry::Later};
    }
    return {ErrorKind::Unavailable, "FS-0007", "Check the disk or the network share, then try again.",
            Retry::Later};
}

}  // namespace

bool meansNotFound(DWORD number) noexcept {
    return number == ERROR_FILE_NOT_FOUND || number == ERROR_PATH_NOT_FOUND || number == ERROR_INVALID_DRIVE;
}

bool meansUnsupported(DWORD number) noexcept {
    return number == ERROR_NOT_SUPPORTED || number == ERROR_INVALID_FUNCTION ||
           number == ERROR_CALL_NOT_IMPLEMENTED || number == ERROR_INVALID_LEVEL ||
           number == ERROR_NOT_A_REPARSE_POINT || number == ERROR_EAS_NOT_SUPPORTED;
}

std::string systemErrorText(DWORD number) {
    wchar_t* text = nullptr;
    const DWORD length = FormatMessageW(
        FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
        number, 0, reinterpret_cast<wchar_t*>(&text), 0, nullptr);
    const std::unique_ptr<wchar_t, decltype(&LocalFree)> owner(text, &LocalFree);
    std::wstring_view view(text == nullptr ? L"" : text, length);
    while (!view.empty() && (view.back() <= L' ' || view.back() == L'.')) view.remove_suffix(1);
    if (view.empty()) return "Windows error " + std::to_string(number);
    return toUtf8(view) + " (Windows error " + std::to_string(number) + ")";
}

base::Error fileError(DWORD number, std::string_view action, std::string_view path) {
    const Meaning meaning = meaningOf(number);
    return {
        meaning.kind, meaning.code,
        "Could not " + std::string(action) + " '" + base::printable(path) + "' - " + systemErrorText(number),
        meaning.hint, meaning.retry};
}

base::Error symlinkError(std::string_view path) {
    return {ErrorKind::Denied, "FS-0009",
            "Could not open '" + base::printable(path) +
                "' - it is a symbolic link or junction, which is never followed here",
            "Name the place that the link points to instead.", Retry::AfterFix};
}

base::Error notOnThisDiskError(std::string_view path) {
    return {ErrorKind::Unavailable, "FS-0024",
            "Could not read '" + base::printable(path) +
                "' - its content is not on this disk but in the cloud or on a tape",
            "Have it kept on this device ('Always keep on this device'), or exclude it.", Retry::AfterFix};
}

base::Error encryptedError(std::string_view path) {
    return {ErrorKind::Denied, "FS-0025",
            "Could not read '" + base::printable(path) + "' - Windows encrypts it (EFS) for another user",
            "Run HBR as that user, or decrypt the file with 'cipher /d'.", Retry::AfterFix};
}

base::Error notRegularError(std::string_view path) {
    return {ErrorKind::Invalid, "FS-0010",
            "Could not open '" + base::printable(path) + "' - it is not a regular file",
            "Name a regular file.", Retry::AfterFix};
}

}  // namespace platform::windows
