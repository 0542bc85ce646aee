// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/nt_file.hpp"

// winternl.h needs windows.h (through nt_file.hpp) before it; ntstatus.h would clash with the codes of
// winnt.h.
#include <winternl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <vector>

#include "platform/windows/file_time.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

extern "C" NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc,
                                               PVOID apcContext, PIO_STATUS_BLOCK status, PVOID to,
                                               ULONG sizeBytes, FILE_INFORMATION_CLASS kind, BOOLEAN single,
                                               PUNICODE_STRING mask, BOOLEAN restart);

namespace platform::windows {

namespace {

constexpr NTSTATUS kBufferOverflow = static_cast<NTSTATUS>(0x80000005);
constexpr NTSTATUS kNoMoreFiles = static_cast<NTSTATUS>(0x80000006);
constexpr NTSTATUS kNoSuchFile = static_cast<NTSTATUS>(0xC000000F);
constexpr NTSTATUS kDeletePending = static_cast<NTSTATUS>(0xC0000056);

// Numbers of FILE_INFORMATION_CLASS, which Windows' own headers name for drivers alone.
constexpr int kFileFullDirectoryInformation = 2;
constexpr int kFileRenameInformation = 10;
constexpr int kFileLinkInformation = 11;
constexpr int kFileAllInformation = 18;
// These came with Windows 10.
constexpr int kFileDispositionInformationEx = 64;
constexpr int kFileRenameInformationEx = 65;

// Flags of the two.
constexpr ULONG kDispositionDelete = 0x1;
constexpr ULONG kDispositionPosix = 0x2;
constexpr ULONG kDispositionIgnoreReadOnly = 0x10;
constexpr ULONG kRenameReplace = 0x1;
constexpr ULONG kRenamePosix = 0x2;
constexpr ULONG kRenameIgnoreReadOnly = 0x40;

/// The head of FILE_RENAME_INFORMATION, FILE_RENAME_INFORMATION_EX and FILE_LINK_INFORMATION; the name
/// follows.
struct NameRequest {
    ULONG flags;  // a BOOLEAN "replace" in its lowest byte, or flags in the Ex form
    HANDLE directory;
    ULONG nameSizeBytes;
};
constexpr std::size_t kNameOffset = offsetof(NameRequest, nameSizeBytes) + sizeof(ULONG);

DWORD toError(NTSTATUS status) noexcept {
    if (status >= 0) return ERROR_SUCCESS;
    // Windows itself would turn this one into "access denied".
    if (status == kDeletePending) return ERROR_DELETE_PENDING;
    return RtlNtStatusToDosError(status);
}

DWORD setInformation(HANDLE handle, void* value, std::size_t sizeBytes, int kind) noexcept {
    IO_STATUS_BLOCK block{};
    return toError(NtSetInformationFile(handle, &block, value, static_cast<ULONG>(sizeBytes),
                                        static_cast<FILE_INFORMATION_CLASS>(kind)));
}

DWORD setName(HANDLE handle, HANDLE directory, std::wstring_view name, ULONG flags, int kind) {
    const std::size_t nameSizeBytes = name.size() * sizeof(wchar_t);
    std::vector<base::Byte> buffer(kNameOffset + nameSizeBytes + sizeof(wchar_t));
    const NameRequest head{flags, directory, static_cast<ULONG>(nameSizeBytes)};
    std::memcpy(buffer.data(), &head, kNameOffset);
    std::memcpy(buffer.data() + kNameOffset, name.data(), nameSizeBytes);
    return setInformation(handle, buffer.data(), buffer.size(), kind);
}

DWORD setAttributes(HANDLE handle, DWORD attributes) noexcept {
    FILE_BASIC_INFO basic{};  // times of 0 stay as they are
    basic.FileAttributes = attributes;
    const bool isSet = SetFileInformationByHandle(handle, FileBasicInfo, &basic, sizeof(basic)) != 0;
    return isSet ? DWORD{ERROR_SUCCESS} : GetLastError();
}

/// The name goes when the last handle is closed. Read-only files are refused.
DWORD markForDeletion(HANDLE handle) noexcept {
    FILE_DISPOSITION_INFO disposition{};
    disposition.DeleteFile = TRUE;
    const bool isMarked =
        SetFileInformationByHandle(handle, FileDispositionInfo, &disposition, sizeof(disposition)) != 0;
    return isMarked ? DWORD{ERROR_SUCCESS} : GetLastError();
}

/// True when an older system or another file system refused the Ex form of a call.
bool isExFormUnknown(DWORD error) noexcept {
    return error == ERROR_INVALID_PARAMETER || meansUnsupported(error);
}

FileType typeOf(DWORD attributes, DWORD reparseTag) noexcept {
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && isLinkTag(reparseTag)) return FileType::Symlink;
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? FileType::Directory : FileType::Regular;
}

/// 64 bits made of the 128-bit id, for ReFS where a file may have no shorter one; 0 when there is none at
/// all.
std::uint64_t foldedFileId(HANDLE handle) noexcept {
    FILE_ID_INFO id{};
    if (GetFileInformationByHandleEx(handle, FileIdInfo, &id, sizeof(id)) == 0) return 0;
    const base::Byte* bytes = id.FileId.Identifier;
    constexpr std::uint64_t kOddFactor = 0x9E3779B97F4A7C15;
    return base::loadLittleEndian<std::uint64_t>(bytes) ^
           (base::loadLittleEndian<std::uint64_t>(bytes + 8) * kOddFactor);
}

}  // namespace

bool isLinkTag(DWORD reparseTag) noexcept {
    constexpr DWORD kCloudFamily = 0x9000001A;
    constexpr DWORD kFamilyMask = 0xFFFF0FFF;
    constexpr DWORD kDeduplicated = 0x80000013;
    constexpr DWORD kCompressedBySystem = 0x80000017;  // "wof": compact /exe
    constexpr DWORD kStorageTiers[] = {0xC0000004, 0x80000006, 0x80000014, 0x8000001E};
    return (reparseTag & kFamilyMask) != kCloudFamily && reparseTag != kDeduplicated &&
           reparseTag != kCompressedBySystem &&
           std::ranges::find(kStorageTiers, reparseTag) == std::end(kStorageTiers);
}

bool isNotOnThisDisk(DWORD attributes) noexcept {
    constexpr DWORD kRecallOnOpen = 0x00040000;
    constexpr DWORD kRecallOnDataAccess = 0x00400000;
    const bool isTiered =
        (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && (attributes & FILE_ATTRIBUTE_OFFLINE) != 0;
    return isTiered || (attributes & (kRecallOnOpen | kRecallOnDataAccess)) != 0;
}

OpenOutcome openRelative(HANDLE directory, std::wstring_view name, const OpenRequest& request,
                         Reparse reparse) {
    UNICODE_STRING ntName{};
    constexpr std::size_t kLongestName = 32767;
    if (name.size() > kLongestName) return {Handle(), ERROR_FILENAME_EXCED_RANGE};
    ntName.Length = static_cast<USHORT>(name.size() * sizeof(wchar_t));
    ntName.MaximumLength = ntName.Length;
    ntName.Buffer = const_cast<wchar_t*>(name.data());
    OBJECT_ATTRIBUTES object{};
    object.Length = sizeof(object);
    object.RootDirectory = directory;
    object.ObjectName = &ntName;
    object.Attributes = OBJ_CASE_INSENSITIVE;
    object.SecurityDescriptor = request.security;
    // The backup intent lets the backup and restore privileges count, and directories be opened.
    ULONG options = request.options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT;
    if (reparse == Reparse::OpenItself) options |= FILE_OPEN_REPARSE_POINT;
    HANDLE handle = nullptr;
    IO_STATUS_BLOCK block{};
    const NTSTATUS status =
        NtCreateFile(&handle, request.access | SYNCHRONIZE, &object, &block, nullptr, FILE_ATTRIBUTE_NORMAL,
                     request.share, request.disposition, options, nullptr, 0);
    if (status < 0) return {Handle(), toError(status)};
    return {Handle(handle), ERROR_SUCCESS};
}

HandleKind kindOf(HANDLE handle, const std::string& path) {
    FILE_ATTRIBUTE_TAG_INFO info{};
    if (GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &info, sizeof(info)) != 0) {
        const bool isReparsePoint = (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
        return {typeOf(info.FileAttributes, info.ReparseTag), isReparsePoint ? info.ReparseTag : 0,
                info.FileAttributes};
    }
    // File systems without reparse points may not know the question.
    BY_HANDLE_FILE_INFORMATION plain{};
    if (GetFileInformationByHandle(handle, &plain) == 0) throw fileError(GetLastError(), "look at", path);
    return {typeOf(plain.dwFileAttributes, 0), 0, plain.dwFileAttributes};
}

std::uint64_t volumeIdOf(HANDLE handle) noexcept {
    FILE_ID_INFO id{};
    if (GetFileInformationByHandleEx(handle, FileIdInfo, &id, sizeof(id)) != 0) return id.VolumeSerialNumber;
    BY_HANDLE_FILE_INFORMATION plain{};
    return GetFileInformationByHandle(handle, &plain) != 0 ? plain.dwVolumeSerialNumber : 0;
}

FileStatus statusOf(HANDLE handle, std::uint64_t volumeId, const std::string& path) {
    // The name at the end does not fit, which the system reports as an overflow and is of no interest.
    FILE_ALL_INFORMATION all{};
    IO_STATUS_BLOCK block{};
    const NTSTATUS result = NtQueryInformationFile(handle, &block, &all, sizeof(all),
                                                   static_cast<FILE_INFORMATION_CLASS>(kFileAllInformation));
    if (result < 0 && result != kBufferOverflow) throw fileError(toError(result), "read the status of", path);
    const FILE_BASIC_INFORMATION& basic = all.BasicInformation;
    FileStatus status;
    status.attributes = basic.FileAttributes;
    const bool isReparsePoint = (basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    status.type = isReparsePoint ? kindOf(handle, path).type : typeOf(basic.FileAttributes, 0);
    status.linkCount = all.StandardInformation.NumberOfLinks;
    status.volumeId = volumeId;
    status.fileId = static_cast<std::uint64_t>(all.InternalInformation.IndexNumber.QuadPart);
    if (status.fileId == 0 || status.fileId == UINT64_MAX) status.fileId = foldedFileId(handle);
    if (status.type == FileType::Regular) {
        status.sizeBytes = static_cast<std::uint64_t>(all.StandardInformation.EndOfFile.QuadPart);
        status.allocatedBytes = static_cast<std::uint64_t>(all.StandardInformation.AllocationSize.QuadPart);
    }
    status.modified = fromFileTime(basic.LastWriteTime.QuadPart);
    status.changed = fromFileTime(basic.ChangeTime.QuadPart);
    status.created = fromFileTime(basic.CreationTime.QuadPart);
    return status;
}

DWORD removeByHandle(HANDLE handle) {
    ULONG flags = kDispositionDelete | kDispositionPosix | kDispositionIgnoreReadOnly;
    const DWORD error = setInformation(handle, &flags, sizeof(flags), kFileDispositionInformationEx);
    if (!isExFormUnknown(error)) return error;
    FILE_BASIC_INFO basic{};
    const bool isKnown = GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof(basic)) != 0;
    if (!isKnown || (basic.FileAttributes & FILE_ATTRIBUTE_READONLY) == 0) return markForDeletion(handle);
    const DWORD unlockError = setAttributes(
        handle, (basic.FileAttributes & ~DWORD{FILE_ATTRIBUTE_READONLY}) | FILE_ATTRIBUTE_NORMAL);
    if (unlockError != ERROR_SUCCESS) return unlockError;
    const DWORD deletionError = markForDeletion(handle);
    // What stays is as it was. Why it stays matters more than a refusal here.
    if (deletionError != ERROR_SUCCESS) setAttributes(handle, basic.FileAttributes);
    return deletionError;
}

DWORD renameByHandle(HANDLE handle, HANDLE directory, std::wstring_view name) {
    const DWORD error =
        setName(handle, directory, name, kRenameReplace | kRenamePosix | kRenameIgnoreReadOnly,
                kFileRenameInformationEx);
    if (!isExFormUnknown(error)) return error;
    return setName(handle, directory, name, kRenameReplace, kFileRenameInformation);
}

DWORD linkByHandle(HANDLE handle, HANDLE directory, std::wstring_view name) {
    return setName(handle, directory, name, 0, kFileLinkInformation);
}

DWORD listByHandle(HANDLE directory, DirectoryListing& listing) {
    alignas(8) std::array<base::Byte, 64 * base::kKiB> buffer;
    for (BOOLEAN isFirst = TRUE;; isFirst = FALSE) {
        IO_STATUS_BLOCK block{};
        const NTSTATUS status = NtQueryDirectoryFile(
            directory, nullptr, nullptr, nullptr, &block, buffer.data(), static_cast<ULONG>(buffer.size()),
            static_cast<FILE_INFORMATION_CLASS>(kFileFullDirectoryInformation), FALSE, nullptr, isFirst);
        // An empty root of a volume has not even "." in it.
        if (status == kNoMoreFiles || status == kNoSuchFile) return ERROR_SUCCESS;
        if (status < 0) return toError(status);
        for (const base::Byte* at = buffer.data();;) {
            const auto& entry = *reinterpret_cast<const FILE_FULL_DIR_INFORMATION*>(at);
            const std::wstring_view name(entry.FileName, entry.FileNameLength / sizeof(wchar_t));
            const bool isReparsePoint = (entry.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
            // Windows puts the reparse tag where the size of extended attributes would be.
            const FileType type = isReparsePoint && entry.EaSize == 0
                                      ? FileType::Other
                                      : typeOf(entry.FileAttributes, entry.EaSize);
            if (name != L"." && name != L"..") listing.add(toUtf8(name), type);
            if (entry.NextEntryOffset == 0) break;
            at += entry.NextEntryOffset;
        }
    }
}

}  // namespace platform::windows
