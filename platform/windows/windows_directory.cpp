// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/windows_directory.hpp"

#include <winternl.h>

#include "platform/base/text.hpp"
#include "platform/windows/native_path.hpp"
#include "platform/windows/reparse.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/streams.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/windows_file.hpp"

namespace platform::windows {

namespace {

class WindowsVolume final : public VolumeFlusher {
public:
    WindowsVolume(Handle handle, std::string path) : handle_(std::move(handle)), path_(std::move(path)) {}

    void flush() override {
        if (FlushFileBuffers(handle_.get()) == 0)
            throw fileError(GetLastError(), "flush the volume of", path_);
    }

private:
    const Handle handle_;
    const std::string path_;
};

/// "\\\\?\\Volume{...}", under which the volume itself can be opened; empty for a network share.
std::wstring volumeNameOf(HANDLE handle) {
    std::wstring name(MAX_PATH, L'\0');
    for (;;) {
        const DWORD length =
            GetFinalPathNameByHandleW(handle, name.data(), static_cast<DWORD>(name.size()), VOLUME_NAME_GUID);
        if (length == 0) return {};
        const bool fits = length < name.size();
        name.resize(length);
        if (fits) break;
    }
    const std::size_t end = name.find(L'}');
    return end == std::wstring::npos ? std::wstring() : name.substr(0, end + 1);
}

constexpr ACCESS_MASK kReadContent = FILE_READ_DATA | FILE_READ_ATTRIBUTES | READ_CONTROL;
constexpr ACCESS_MASK kListDirectory =
    FILE_LIST_DIRECTORY | FILE_TRAVERSE | FILE_READ_ATTRIBUTES | READ_CONTROL;

}  // namespace

WindowsDirectory::WindowsDirectory(Handle handle, std::string path)
    : handle_(std::move(handle)), path_(std::move(path)), volumeId_(volumeIdOf(handle_.get())) {}

std::string WindowsDirectory::childPath(std::string_view name) const {
    const bool endsInSeparator = !path_.empty() && path_.back() == '\\';
    return path_ + (endsInSeparator ? "" : "\\") + std::string(name);
}

Handle WindowsDirectory::openChild(std::string_view name, const OpenRequest& request,
                                   std::string_view action) const {
    OpenOutcome outcome = openRelative(handle_.get(), checkedChildName(name), request);
    // The right to read the access list may be refused where the content may be read.
    if (outcome.error == ERROR_ACCESS_DENIED && request.access != READ_CONTROL &&
        (request.access & READ_CONTROL) != 0) {
        OpenRequest lesser = request;
        lesser.access &= ~ACCESS_MASK{READ_CONTROL};
        outcome = openRelative(handle_.get(), checkedChildName(name), lesser);
    }
    if (outcome.error == ERROR_ACCESS_DENIED && (request.access & FILE_READ_DATA) != 0) refuseEncrypted(name);
    if (outcome.error != ERROR_SUCCESS) throw fileError(outcome.error, action, childPath(name));
    return std::move(outcome.handle);
}

void WindowsDirectory::refuseEncrypted(std::string_view name) const {
    OpenRequest request;
    request.access = FILE_READ_ATTRIBUTES;
    const OpenOutcome itself = openRelative(handle_.get(), checkedChildName(name), request);
    if (itself.error != ERROR_SUCCESS) return;
    const HandleKind kind = kindOf(itself.handle.get(), childPath(name));
    if (kind.type == FileType::Regular && (kind.attributes & FILE_ATTRIBUTE_ENCRYPTED) != 0) {
        throw encryptedError(childPath(name));
    }
}

Handle WindowsDirectory::openContent(std::string_view name, const OpenRequest& request,
                                     Expected expected) const {
    const std::string path = childPath(name);
    const bool wantsDirectory = expected == Expected::Directory;
    const std::string_view action = wantsDirectory ? "open the folder" : "open the file";
    Handle itself = openChild(name, request, action);
    const HandleKind kind = kindOf(itself.get(), path);
    if (kind.type == FileType::Symlink) throw symlinkError(path);
    if ((kind.type == FileType::Directory) != wantsDirectory) {
        if (!wantsDirectory) throw notRegularError(path);
        throw fileError(ERROR_DIRECTORY, action, path);
    }
    if (isNotOnThisDisk(kind.attributes)) throw notOnThisDiskError(path);
    if (kind.reparseTag == 0) return itself;
    // Deduplicated and the like: the content comes when the reparse point is followed. A link put in its
    // place between the two calls shows itself by another file id.
    OpenOutcome followed = openRelative(handle_.get(), checkedChildName(name), request, Reparse::Follow);
    if (followed.error != ERROR_SUCCESS) throw fileError(followed.error, action, path);
    const FileStatus before = windows::statusOf(itself.get(), volumeId_, path);
    const FileStatus after =
        windows::statusOf(followed.handle.get(), volumeIdOf(followed.handle.get()), path);
    if (before.fileId != after.fileId || before.volumeId != after.volumeId) throw symlinkError(path);
    return std::move(followed.handle);
}

DirectoryListing WindowsDirectory::list() const {
    DirectoryListing listing;
    const std::lock_guard lock(listing_);
    const DWORD error = listByHandle(handle_.get(), listing);
    if (error != ERROR_SUCCESS) throw fileError(error, "list the folder", path_);
    return listing;
}

FileStatus WindowsDirectory::status() const { return windows::statusOf(handle_.get(), volumeId_, path_); }

ExtraMetadata WindowsDirectory::extraMetadata() const { return readExtraMetadata(handle_.get(), path_); }

std::optional<FileStatus> WindowsDirectory::statusOf(std::string_view name) const {
    OpenRequest request;
    request.access = FILE_READ_ATTRIBUTES;
    const OpenOutcome outcome = openRelative(handle_.get(), checkedChildName(name), request);
    // A file that somebody deletes while another holds it open keeps its name for a while; it is gone for us.
    if (meansNotFound(outcome.error) || outcome.error == ERROR_DELETE_PENDING) return std::nullopt;
    if (outcome.error != ERROR_SUCCESS) throw fileError(outcome.error, "read the status of", childPath(name));
    return windows::statusOf(outcome.handle.get(), volumeId_, childPath(name));
}

ExtraMetadata WindowsDirectory::extraMetadataOf(std::string_view name) const {
    OpenRequest request;
    request.access = READ_CONTROL | FILE_READ_ATTRIBUTES;
    const Handle child = openChild(name, request, "read the owner and access list of");
    return readExtraMetadata(child.get(), childPath(name));
}

std::string WindowsDirectory::readLink(std::string_view name) const {
    OpenRequest request;
    request.access = FILE_READ_ATTRIBUTES;
    const Handle child = openChild(name, request, "read the link");
    return readLinkTarget(child.get(), childPath(name));
}

std::unique_ptr<Directory> WindowsDirectory::openDirectory(std::string_view name) const {
    OpenRequest request;
    request.access = kListDirectory;
    return std::make_unique<WindowsDirectory>(openContent(name, request, Expected::Directory),
                                              childPath(name));
}

std::unique_ptr<File> WindowsDirectory::openFile(std::string_view name, OpenMode mode) const {
    OpenRequest request;
    request.access = kReadContent;
    if (mode == OpenMode::ReadSequential) request.options = FILE_SEQUENTIAL_ONLY;
    return std::make_unique<WindowsFile>(openContent(name, request, Expected::File), childPath(name),
                                         volumeId_);
}

std::unique_ptr<File> WindowsDirectory::createFile(std::string_view name) const {
    OpenRequest request;
    request.access = kReadContent | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES;
    request.share = FILE_SHARE_READ | FILE_SHARE_DELETE;
    request.security = privateDescriptor();
    request.disposition = FILE_CREATE;
    request.options = FILE_NON_DIRECTORY_FILE;
    return std::make_unique<WindowsFile>(openChild(name, request, "create the file"), childPath(name),
                                         volumeId_);
}

std::unique_ptr<File> WindowsDirectory::openForWriting(std::string_view name) const {
    OpenRequest request;
    request.access = kReadContent | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES;
    request.share = FILE_SHARE_READ | FILE_SHARE_DELETE;
    return std::make_unique<WindowsFile>(openContent(name, request, Expected::File), childPath(name),
                                         volumeId_);
}

std::unique_ptr<File> WindowsDirectory::openStream(std::string_view name) const {
    return openStreamOf(handle_.get(), path_, name);
}

std::unique_ptr<File> WindowsDirectory::createStream(std::string_view name) const {
    return createStreamOf(handle_.get(), path_, name);
}

void WindowsDirectory::sync() const {
    // Windows has no documented way to wait for one folder's names. Flushing a handle that may add names does
    // it on NTFS and over SMB.
    OpenRequest request;
    request.access = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_READ_ATTRIBUTES;
    request.options = FILE_DIRECTORY_FILE;
    const OpenOutcome outcome = openRelative(handle_.get(), L"", request);
    DWORD error = outcome.error;
    if (error == ERROR_SUCCESS && FlushFileBuffers(outcome.handle.get()) == 0) error = GetLastError();
    // Denied: this user may add folders here and no files, as at the root of C:, or no names any more.
    // Unsupported: this file system flushes files alone. Neither will be otherwise later and neither tells of
    // lost names; the journal has to do. All else, a failing disk above all, means that names may be lost.
    const bool hasToDo = error == ERROR_ACCESS_DENIED || meansUnsupported(error);
    if (error != ERROR_SUCCESS && !hasToDo) throw fileError(error, "flush the folder", path_);
}

std::unique_ptr<VolumeFlusher> WindowsDirectory::volumeFlusher() const {
    const std::wstring volume = volumeNameOf(handle_.get());
    if (volume.empty()) return nullptr;
    // Only administrators may write to a volume, which flushing it asks for.
    Handle handle(CreateFileW(volume.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                              OPEN_EXISTING, 0, nullptr));
    if (!handle) return nullptr;
    // Not every file system can do it, wine's cannot; whoever relies on it must know before the first file.
    if (FlushFileBuffers(handle.get()) == 0 && meansUnsupported(GetLastError())) return nullptr;
    return std::make_unique<WindowsVolume>(std::move(handle), path_);
}

}  // namespace platform::windows
