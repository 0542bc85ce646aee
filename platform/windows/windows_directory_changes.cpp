// SPDX-License-Identifier: Apache-2.0
// windows_directory_changes.cpp: the half of WindowsDirectory that makes, renames, removes and equips
// children.
#include <windows.h>

#include <winioctl.h>
#include <winternl.h>

#include <algorithm>
#include <iterator>

#include "platform/base/text.hpp"
#include "platform/windows/file_time.hpp"
#include "platform/windows/native_path.hpp"
#include "platform/windows/reparse.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/streams.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"
#include "platform/windows/windows_directory.hpp"
#include "platform/windows/windows_file.hpp"

namespace platform::windows {

namespace {

/// The attributes that a program sets by name; the others follow from what was done to the file.
constexpr DWORD kSettableAttributes =
    FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |
    FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

std::string refusal(std::string_view part, const std::string& path, DWORD number) {
    return "The " + std::string(part) + " of " + base::printable(path) +
           " could not be restored: " + systemErrorText(number) + ".";
}

/// Opens a child for one purpose; empty where the right is refused.
OpenOutcome openFor(HANDLE directory, std::wstring_view name, ACCESS_MASK access) {
    OpenRequest request;
    request.access = access;
    return openRelative(directory, name, request);
}

/// Times and attributes in one call: a second one would set the time of change again.
DWORD applyBasics(HANDLE handle, const MetadataToApply& values) {
    FILE_BASIC_INFO basic{};
    if (values.created) basic.CreationTime.QuadPart = toFileTime(*values.created);
    if (values.modified) basic.LastWriteTime.QuadPart = toFileTime(*values.modified);
    if (values.attributes) {
        const DWORD wanted = *values.attributes & kSettableAttributes;
        basic.FileAttributes = wanted == 0 ? DWORD{FILE_ATTRIBUTE_NORMAL} : wanted;
    }
    const bool isSet = SetFileInformationByHandle(handle, FileBasicInfo, &basic, sizeof(basic)) != 0;
    return isSet ? DWORD{ERROR_SUCCESS} : GetLastError();
}

/// Makes a file that WindowsFile::truncate() made sparse a plain one again; `status` is a handle to it.
void makePlain(HANDLE directory, std::wstring_view name, HANDLE status) {
    FILE_ATTRIBUTE_TAG_INFO now{};
    const bool isKnown = GetFileInformationByHandleEx(status, FileAttributeTagInfo, &now, sizeof(now)) != 0;
    if (!isKnown || (now.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE) == 0) return;
    const OpenOutcome content = openFor(directory, name, FILE_WRITE_DATA);
    FILE_SET_SPARSE_BUFFER notSparse{};
    DWORD ignored = 0;
    DeviceIoControl(content.handle.get(), FSCTL_SET_SPARSE, &notSparse, sizeof(notSparse), nullptr, 0,
                    &ignored, nullptr);
}

/// Gives a child that brings no access list the one that the folder above hands down.
/// Links are never private, and through a junction the system might hand rights on to where it leads.
DWORD inheritFromFolder(HANDLE directory, std::wstring_view name, const std::string& path) {
    const OpenOutcome opened =
        openFor(directory, name, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL | WRITE_DAC);
    if (opened.error != ERROR_SUCCESS) return opened.error;
    const bool isLink = kindOf(opened.handle.get(), path).type == FileType::Symlink;
    return isLink ? DWORD{ERROR_SUCCESS} : inheritSecurity(opened.handle.get());
}

std::vector<std::string> foreignAttributes(const ExtraMetadata* extra) {
    std::vector<std::string> names;
    if (extra == nullptr) return names;
    for (const ExtendedAttribute& attribute : extra->attributes) {
        if (attribute.name != kSecurityAttribute && attribute.name != kReparseAttribute &&
            !isStreamAttribute(attribute.name)) {
            names.push_back(attribute.name);
        }
    }
    return names;
}

const ExtendedAttribute* find(const ExtraMetadata* extra, std::string_view name) {
    if (extra == nullptr) return nullptr;
    for (const ExtendedAttribute& attribute : extra->attributes) {
        if (attribute.name == name) return &attribute;
    }
    return nullptr;
}

/// What NTFS keeps in forms of its own: streams, compression, encryption, reparse data. Before the times,
/// which these would change, and before the access list, which may take our rights.
std::vector<std::string> applyNtfsParts(HANDLE directory, std::wstring_view name,
                                        const MetadataToApply& values, const std::string& path) {
    std::vector<std::string> refusals;
    const DWORD attributes = values.attributes.value_or(0);
    const bool hasStreams =
        values.extra != nullptr &&
        std::ranges::any_of(values.extra->attributes, isStreamAttribute, &ExtendedAttribute::name);
    if (hasStreams) {
        const OpenOutcome opened = openFor(directory, name, FILE_READ_ATTRIBUTES);
        NtStreamCalls streams(opened.handle.get(), path);
        refusals = writeStreams(streams, *values.extra, path);
    }
    if (const ExtendedAttribute* data = find(values.extra, kReparseAttribute)) {
        const OpenOutcome opened = openFor(directory, name, FILE_WRITE_ATTRIBUTES);
        const DWORD error = opened.handle ? makeReparsePoint(opened.handle.get(), data->value) : opened.error;
        // Without them it would be an empty file or folder that passes for what it is not.
        if (error != ERROR_SUCCESS) throw fileError(error, "make the reparse point", path);
    }
    const bool isLink = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    if ((attributes & FILE_ATTRIBUTE_COMPRESSED) != 0 && !isLink) {
        const OpenOutcome opened = openFor(directory, name, FILE_READ_DATA | FILE_WRITE_DATA);
        USHORT format = COMPRESSION_FORMAT_DEFAULT;
        DWORD ignored = 0;
        // Where it is refused the file takes more room and nothing else is lost.
        DeviceIoControl(opened.handle.get(), FSCTL_SET_COMPRESSION, &format, sizeof(format), nullptr, 0,
                        &ignored, nullptr);
    }
    if ((attributes & FILE_ATTRIBUTE_ENCRYPTED) != 0) {
        refusals.push_back(base::printable(path) +
                           " was encrypted by Windows (EFS) and comes back unencrypted.");
    }
    return refusals;
}

}  // namespace

void WindowsDirectory::createDirectory(std::string_view name) const {
    OpenRequest request;
    request.access = FILE_READ_ATTRIBUTES;
    request.disposition = FILE_CREATE;
    request.options = FILE_DIRECTORY_FILE;
    request.security = privateDescriptor();
    const Handle made = openChild(name, request, "create the folder");
}

void WindowsDirectory::createSymlink(std::string_view name, std::string_view target,
                                     bool targetIsDirectory) const {
    DWORD error = ERROR_SUCCESS;
    {
        OpenRequest request;
        request.access = FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | DELETE;
        request.disposition = FILE_CREATE;
        request.options = targetIsDirectory ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE;
        const Handle link = openChild(name, request, "create the symbolic link");
        error = makeSymlink(link.get(), target);
        if (error != ERROR_SUCCESS) removeByHandle(link.get());
    }
    if (error == ERROR_PRIVILEGE_NOT_HELD || error == ERROR_ACCESS_DENIED) {
        error = createSymlinkByPath(name, target, targetIsDirectory);
    }
    if (error != ERROR_SUCCESS) throw fileError(error, "create the symbolic link", childPath(name));
}

DWORD WindowsDirectory::createSymlinkByPath(std::string_view name, std::string_view target,
                                            bool targetIsDirectory) const {
    constexpr DWORD kAllowUnprivileged = 0x2;
    const DWORD flags = kAllowUnprivileged | (targetIsDirectory ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0);
    std::wstring wideTarget = toWide(target);
    for (wchar_t& letter : wideTarget) letter = letter == L'/' ? L'\\' : letter;
    // The handle of this directory keeps the folders above it from being renamed or replaced meanwhile.
    if (CreateSymbolicLinkW(nativePath(childPath(name)).c_str(), wideTarget.c_str(), flags) == 0) {
        return GetLastError();
    }
    // Some systems report success and make nothing.
    const std::optional<FileStatus> made = statusOf(name);
    return made && made->type == FileType::Symlink ? ERROR_SUCCESS : ERROR_NOT_SUPPORTED;
}

void WindowsDirectory::createSpecial(std::string_view name, const FileStatus& like) const {
    if (like.type != FileType::Symlink) {
        throw fileError(ERROR_NOT_SUPPORTED, "create the device, fifo or socket", childPath(name));
    }
    // The body of a reparse point, which applyMetadata() fills.
    const bool isFolder = (like.attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    OpenRequest request;
    request.access = FILE_READ_ATTRIBUTES;
    request.disposition = FILE_CREATE;
    request.options = isFolder ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE;
    request.security = privateDescriptor();
    const Handle made = openChild(name, request, "create the reparse point");
}

void WindowsDirectory::createHardLink(std::string_view name, const Directory& existingIn,
                                      std::string_view existingName) const {
    const auto& source = dynamic_cast<const WindowsDirectory&>(existingIn);
    OpenRequest request;
    request.access = FILE_WRITE_ATTRIBUTES;
    const Handle existing = source.openChild(existingName, request, "link to");
    const DWORD error = linkByHandle(existing.get(), handle_.get(), checkedChildName(name));
    if (error != ERROR_SUCCESS) throw fileError(error, "create the hard link", childPath(name));
}

void WindowsDirectory::renameChild(std::string_view from, std::string_view to) const {
    OpenRequest request;
    request.access = DELETE | FILE_READ_ATTRIBUTES;
    const Handle child = openChild(from, request, "rename");
    const DWORD error = renameByHandle(child.get(), handle_.get(), checkedChildName(to));
    if (error != ERROR_SUCCESS)
        throw fileError(error, "rename", childPath(from)).addContext("to", childPath(to));
}

void WindowsDirectory::removeFile(std::string_view name) const {
    OpenRequest request;
    request.access = DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES;
    const Handle child = openChild(name, request, "remove the file");
    // A link to a folder is removed like a file: what it points to stays.
    if (kindOf(child.get(), childPath(name)).type == FileType::Directory) {
        throw fileError(kIsDirectory, "remove the file", childPath(name));
    }
    const DWORD error = removeByHandle(child.get());
    if (error != ERROR_SUCCESS) throw fileError(error, "remove the file", childPath(name));
}

void WindowsDirectory::removeDirectory(std::string_view name) const {
    OpenRequest request;
    request.access = DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES;
    const Handle child = openChild(name, request, "remove the folder");
    if (kindOf(child.get(), childPath(name)).type != FileType::Directory) {
        throw fileError(ERROR_DIRECTORY, "remove the folder", childPath(name));
    }
    const DWORD error = removeByHandle(child.get());
    if (error != ERROR_SUCCESS) throw fileError(error, "remove the folder", childPath(name));
}

std::vector<std::string> WindowsDirectory::applyMetadata(std::string_view name,
                                                         const MetadataToApply& values) const {
    const std::wstring wideName = checkedChildName(name);
    const std::string path = childPath(name);
    // All rights are asked for before anything is applied: the new access list may take them from us.
    const OpenOutcome basics = openFor(handle_.get(), wideName, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES);
    if (meansNotFound(basics.error)) throw fileError(basics.error, "set the attributes of", path);
    const bool bringsReparseData = find(values.extra, kReparseAttribute) != nullptr;
    const bool inherits =
        find(values.extra, kSecurityAttribute) == nullptr && (values.extra != nullptr || values.mode);
    std::vector<std::string> refusals;
    const auto inherit = [&] {
        const DWORD error = inheritFromFolder(handle_.get(), wideName, path);
        if (error != ERROR_SUCCESS) refusals.push_back(refusal("access list", path, error));
    };
    // The body of a reparse point inherits while it is still a plain file or folder.
    if (inherits && bringsReparseData) inherit();
    std::ranges::move(applyNtfsParts(handle_.get(), wideName, values, path), std::back_inserter(refusals));
    if (const ExtendedAttribute* security = find(values.extra, kSecurityAttribute)) {
        const OpenOutcome owner = openFor(handle_.get(), wideName, WRITE_OWNER);
        const OpenOutcome access = openFor(handle_.get(), wideName, WRITE_DAC);
        std::ranges::move(applySecurity(owner.handle.get(), access.handle.get(), security->value, path),
                          std::back_inserter(refusals));
    } else if (inherits && !bringsReparseData) {
        inherit();
    }
    for (const std::string& attribute : foreignAttributes(values.extra)) {
        refusals.push_back("Windows has no place for the attribute " + base::printable(attribute) + " of " +
                           base::printable(path) + ".");
    }
    if (values.attributes && (*values.attributes & FILE_ATTRIBUTE_SPARSE_FILE) == 0) {
        makePlain(handle_.get(), wideName, basics.handle.get());
    }
    if (values.created || values.modified || values.attributes) {
        const DWORD error = basics.handle ? applyBasics(basics.handle.get(), values) : basics.error;
        if (error != ERROR_SUCCESS) refusals.push_back(refusal("times and attributes", path, error));
    }
    return refusals;
}

}  // namespace platform::windows
