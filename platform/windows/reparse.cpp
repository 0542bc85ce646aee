// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/reparse.hpp"

#include <winioctl.h>

#include <algorithm>
#include <cstring>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

constexpr std::wstring_view kNtPrefix = LR"(\??\)";
constexpr ULONG kRelativeLink = 1;

/// The head of REPARSE_DATA_BUFFER for links; mount points lack `flags`. The names follow.
struct LinkHead {
    ULONG tag;
    USHORT dataSizeBytes;  // of what follows the next member
    USHORT reserved;
    USHORT substituteOffset;
    USHORT substituteSizeBytes;
    USHORT printOffset;
    USHORT printSizeBytes;
    ULONG flags;
};
static_assert(sizeof(LinkHead) == 20);
constexpr std::size_t kMountPointNames = offsetof(LinkHead, flags);
constexpr std::size_t kSymlinkNames = sizeof(LinkHead);
constexpr std::size_t kDataOffset = offsetof(LinkHead, substituteOffset);

/// A name out of the buffer; empty when it would lie outside.
std::wstring nameAt(base::ByteView buffer, std::size_t offset, std::size_t sizeBytes) {
    if (offset + sizeBytes > buffer.size()) return {};
    std::wstring name(sizeBytes / sizeof(wchar_t), L'\0');
    std::memcpy(name.data(), buffer.data() + offset, name.size() * sizeof(wchar_t));
    return name;
}

base::Bytes readReparseData(HANDLE handle, const std::string& path) {
    base::Bytes buffer(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    DWORD sizeBytes = 0;
    if (DeviceIoControl(handle, FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer.data(),
                        static_cast<DWORD>(buffer.size()), &sizeBytes, nullptr) == 0) {
        throw fileError(GetLastError(), "read the link", path);
    }
    buffer.resize(sizeBytes);
    return buffer;
}

/// The tag at the head of reparse data; 0 when they are too short for one.
DWORD tagOf(base::ByteView reparseData) noexcept {
    return reparseData.size() < sizeof(DWORD) ? 0 : base::loadLittleEndian<std::uint32_t>(reparseData.data());
}

}  // namespace

std::string linkTargetIn(base::ByteView reparseData) {
    LinkHead head{};
    if (reparseData.size() < kMountPointNames) return {};
    std::memcpy(&head, reparseData.data(), std::min(sizeof(head), reparseData.size()));
    const bool isSymlink = head.tag == IO_REPARSE_TAG_SYMLINK;
    if (!isSymlink && head.tag != IO_REPARSE_TAG_MOUNT_POINT) return {};
    const std::size_t names = isSymlink ? kSymlinkNames : kMountPointNames;
    const std::wstring shown = nameAt(reparseData, names + head.printOffset, head.printSizeBytes);
    if (!shown.empty()) return toUtf8(shown);
    const std::wstring target = nameAt(reparseData, names + head.substituteOffset, head.substituteSizeBytes);
    return toUtf8(target.starts_with(kNtPrefix) ? target.substr(kNtPrefix.size()) : target);
}

void addReparseData(HANDLE handle, const std::string& path, ExtraMetadata& extra) {
    base::Bytes data = readReparseData(handle, path);
    if (tagOf(data) == IO_REPARSE_TAG_SYMLINK) return;
    extra.attributes.push_back({kReparseAttribute, std::move(data)});
    std::ranges::sort(extra.attributes, {}, &ExtendedAttribute::name);
}

std::string readLinkTarget(HANDLE handle, const std::string& path) {
    return linkTargetIn(readReparseData(handle, path));
}

DWORD makeReparsePoint(HANDLE handle, base::ByteView reparseData) {
    // A length that disagrees with the bytes would let the system read past them.
    const bool isSound = reparseData.size() >= kDataOffset &&
                         reparseData.size() <= MAXIMUM_REPARSE_DATA_BUFFER_SIZE && tagOf(reparseData) > 1;
    if (!isSound) return ERROR_INVALID_REPARSE_DATA;
    base::Bytes copy(reparseData.begin(), reparseData.end());
    DWORD ignored = 0;
    const bool isMade = DeviceIoControl(handle, FSCTL_SET_REPARSE_POINT, copy.data(),
                                        static_cast<DWORD>(copy.size()), nullptr, 0, &ignored, nullptr) != 0;
    return isMade ? DWORD{ERROR_SUCCESS} : GetLastError();
}

DWORD makeSymlink(HANDLE handle, std::string_view target) {
    std::wstring shown = toWide(target);
    std::replace(shown.begin(), shown.end(), L'/', L'\\');
    const bool hasDrive = shown.size() > 2 && shown[1] == L':' && shown[2] == L'\\';
    const bool isShare = shown.starts_with(LR"(\\)");
    std::wstring substitute = shown;
    if (hasDrive) substitute = std::wstring(kNtPrefix) + shown;
    if (isShare) substitute = LR"(\??\UNC\)" + shown.substr(2);
    const std::size_t shownBytes = shown.size() * sizeof(wchar_t);
    const std::size_t substituteBytes = substitute.size() * sizeof(wchar_t);
    base::Bytes buffer(kSymlinkNames + substituteBytes + shownBytes);
    if (buffer.size() > MAXIMUM_REPARSE_DATA_BUFFER_SIZE) return ERROR_FILENAME_EXCED_RANGE;
    LinkHead head{};
    head.tag = IO_REPARSE_TAG_SYMLINK;
    head.dataSizeBytes = static_cast<USHORT>(buffer.size() - kDataOffset);
    head.substituteSizeBytes = static_cast<USHORT>(substituteBytes);
    head.printOffset = head.substituteSizeBytes;
    head.printSizeBytes = static_cast<USHORT>(shownBytes);
    head.flags = hasDrive || isShare ? 0 : kRelativeLink;
    std::memcpy(buffer.data(), &head, sizeof(head));
    std::memcpy(buffer.data() + kSymlinkNames, substitute.data(), substituteBytes);
    std::memcpy(buffer.data() + kSymlinkNames + substituteBytes, shown.data(), shownBytes);
    DWORD sizeBytes = 0;
    if (DeviceIoControl(handle, FSCTL_SET_REPARSE_POINT, buffer.data(), static_cast<DWORD>(buffer.size()),
                        nullptr, 0, &sizeBytes, nullptr) == 0) {
        return GetLastError();
    }
    return ERROR_SUCCESS;
}

}  // namespace platform::windows
