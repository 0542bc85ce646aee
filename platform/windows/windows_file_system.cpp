// SPDX-License-Identifier: Apache-2.0
// windows_file_system.cpp: whole-path access to HBR's own files on Windows.
#include <windows.h>

#include <algorithm>
#include <thread>

#include "platform/file_system.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/native_path.hpp"
#include "platform/windows/nt_file.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"
#include "platform/windows/windows_directory.hpp"
#include "platform/windows/windows_file.hpp"

namespace platform::windows {

namespace {
constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

struct OpenedPath {
    Handle handle;
    DWORD error = ERROR_SUCCESS;
};

/// Opens what the path names, of whatever type. `flags` may ask for the link itself.
OpenedPath openPath(const std::string& path, DWORD access, DWORD share, DWORD flags = 0) {
    const HANDLE handle = CreateFileW(nativePath(path).c_str(), access, share, nullptr, OPEN_EXISTING,
                                      FILE_FLAG_BACKUP_SEMANTICS | flags, nullptr);
    if (handle == INVALID_HANDLE_VALUE) return {Handle(), GetLastError()};
    return {Handle(handle), ERROR_SUCCESS};
}

/// Tries a call again while a scanner or indexer, which look into every new file, keep it from happening.
/// They let go within milliseconds and offer nothing to wait on, hence the short naps; 0.5 s at most in all.
template <typename Call>
DWORD withPatience(const Call& call) {
    using std::chrono::milliseconds;
    for (milliseconds nap(1);; nap *= 2) {
        const DWORD error = call();
        const bool mayPass = error == ERROR_SHARING_VIOLATION || error == ERROR_LOCK_VIOLATION ||
                             error == ERROR_ACCESS_DENIED || error == ERROR_USER_MAPPED_FILE;
        if (!mayPass || nap > milliseconds(256)) return error;
        std::this_thread::sleep_for(nap);
    }
}

DWORD moveFile(const std::string& from, const std::string& to, DWORD flags) {
    const std::wstring source = nativePath(from);
    const std::wstring target = nativePath(to);
    return withPatience([&] {
        const bool isMoved = MoveFileExW(source.c_str(), target.c_str(), flags | MOVEFILE_WRITE_THROUGH) != 0;
        return isMoved ? DWORD{ERROR_SUCCESS} : GetLastError();
    });
}

/// Removes a file or an empty folder; false when there was none.
bool removePath(const std::string& path, FileType expected, std::string_view action) {
    OpenedPath opened;
    withPatience([&opened, &path] {
        opened = openPath(path, DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, kShareAll,
                          FILE_FLAG_OPEN_REPARSE_POINT);
        return opened.error;
    });
    if (meansNotFound(opened.error)) return false;
    if (opened.error != ERROR_SUCCESS) throw fileError(opened.error, action, path);
    const bool isDirectory = kindOf(opened.handle.get(), path).type == FileType::Directory;
    if (isDirectory != (expected == FileType::Directory)) {
        throw fileError(isDirectory ? kIsDirectory : ERROR_DIRECTORY, action, path);
    }
    const DWORD error = withPatience([&opened] { return removeByHandle(opened.handle.get()); });
    if (error != ERROR_SUCCESS) throw fileError(error, action, path);
    return true;
}

/// The file system of Windows. Names are durable when a call returns as far as MOVEFILE_WRITE_THROUGH and the
/// journal of NTFS go; syncDirectory() adds what there is to add.
class WindowsFileSystem final : public FileSystem {
public:
    [[nodiscard]] std::unique_ptr<Directory> openDirectory(const std::string& path) const override;
    [[nodiscard]] std::optional<FileStatus> status(const std::string& path) const override;
    void createDirectories(const std::string& path) const override;
    [[nodiscard]] std::unique_ptr<File> openForReading(const std::string& path) const override;
    [[nodiscard]] std::unique_ptr<File> createNew(const std::string& path) const override;
    void publish(const std::string& from, const std::string& to) const override;
    void replace(const std::string& from, const std::string& to) const override;
    bool removeFile(const std::string& path) const override;
    bool removeDirectory(const std::string& path) const override;
    void syncDirectory(const std::string& path) const override;
    [[nodiscard]] std::uint64_t freeBytes(const std::string& path) const override;
    [[nodiscard]] std::string absolutePath(const std::string& path) const override;
    [[nodiscard]] std::string canonicalPath(const std::string& path) const override;
    [[nodiscard]] std::vector<std::string> splitPath(const std::string& absolutePath) const override;
    [[nodiscard]] std::string joinPath(const std::vector<std::string>& components) const override;
};

std::unique_ptr<Directory> WindowsFileSystem::openDirectory(const std::string& path) const {
    constexpr DWORD kList = FILE_LIST_DIRECTORY | FILE_TRAVERSE | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    OpenedPath opened = openPath(path, kList | READ_CONTROL, kShareAll);
    if (opened.error == ERROR_ACCESS_DENIED) opened = openPath(path, kList, kShareAll);
    if (opened.error != ERROR_SUCCESS) throw fileError(opened.error, "open the folder", path);
    if (kindOf(opened.handle.get(), path).type == FileType::Regular) {
        throw fileError(ERROR_DIRECTORY, "open the folder", path);
    }
    return std::make_unique<WindowsDirectory>(std::move(opened.handle), absolutePath(path));
}

std::optional<FileStatus> WindowsFileSystem::status(const std::string& path) const {
    const OpenedPath opened = openPath(path, FILE_READ_ATTRIBUTES, kShareAll);
    if (meansNotFound(opened.error)) return std::nullopt;
    if (opened.error != ERROR_SUCCESS) throw fileError(opened.error, "read the status of", path);
    return statusOf(opened.handle.get(), volumeIdOf(opened.handle.get()), path);
}

void WindowsFileSystem::createDirectories(const std::string& path) const {
    std::vector<std::string> rest = splitWindowsPath(absolutePath(path));
    std::vector<std::string> missing;
    while (!rest.empty() && !status(joinWindowsPath(rest))) {
        missing.push_back(std::move(rest.back()));
        rest.pop_back();
    }
    PrivateSecurity security;
    while (!missing.empty()) {
        const std::string above = joinWindowsPath(rest);
        rest.push_back(std::move(missing.back()));
        missing.pop_back();
        const std::string folder = joinWindowsPath(rest);
        const bool isMade = CreateDirectoryW(nativePath(folder).c_str(), security.attributes()) != 0;
        const DWORD number = isMade ? ERROR_SUCCESS : GetLastError();
        // Somebody else may have been quicker; whether it is a folder shows below.
        if (number != ERROR_SUCCESS && number != ERROR_ALREADY_EXISTS) {
            throw fileError(number, "create the folder", folder);
        }
        syncDirectory(above);
    }
    const std::optional<FileStatus> made = status(path);
    if (!made || made->type != FileType::Directory)
        throw fileError(ERROR_ALREADY_EXISTS, "create the folder", path);
}

std::unique_ptr<File> WindowsFileSystem::openForReading(const std::string& path) const {
    OpenedPath opened = openPath(path, GENERIC_READ, kShareAll);
    if (opened.error != ERROR_SUCCESS) throw fileError(opened.error, "open the file", path);
    if (kindOf(opened.handle.get(), path).type == FileType::Directory) {
        throw notRegularError(path);
    }
    const std::uint64_t volume = volumeIdOf(opened.handle.get());
    return std::make_unique<WindowsFile>(std::move(opened.handle), path, volume);
}

std::unique_ptr<File> WindowsFileSystem::createNew(const std::string& path) const {
    PrivateSecurity security;
    Handle handle(CreateFileW(nativePath(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_DELETE, security.attributes(), CREATE_NEW,
                              FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!handle) throw fileError(GetLastError(), "create the file", path);
    const std::uint64_t volume = volumeIdOf(handle.get());
    return std::make_unique<WindowsFile>(std::move(handle), path, volume);
}

void WindowsFileSystem::publish(const std::string& from, const std::string& to) const {
    const DWORD error = moveFile(from, to, 0);
    if (error != ERROR_SUCCESS) throw fileError(error, "give a file the name", to).addContext("from", from);
}

void WindowsFileSystem::replace(const std::string& from, const std::string& to) const {
    const DWORD error = moveFile(from, to, MOVEFILE_REPLACE_EXISTING);
    if (error != ERROR_SUCCESS) throw fileError(error, "replace the file", to).addContext("from", from);
}

bool WindowsFileSystem::removeFile(const std::string& path) const {
    return removePath(path, FileType::Regular, "remove the file");
}

bool WindowsFileSystem::removeDirectory(const std::string& path) const {
    return removePath(path, FileType::Directory, "remove the folder");
}

void WindowsFileSystem::syncDirectory(const std::string& path) const { openDirectory(path)->sync(); }

std::uint64_t WindowsFileSystem::freeBytes(const std::string& path) const {
    std::wstring folder = nativePath(path);
    if (folder.back() != L'\\') folder += L'\\';
    ULARGE_INTEGER available{};
    if (GetDiskFreeSpaceExW(folder.c_str(), &available, nullptr, nullptr) == 0) {
        throw fileError(GetLastError(), "tell the free room of", path);
    }
    return available.QuadPart;
}

std::string WindowsFileSystem::absolutePath(const std::string& path) const {
    return toUtf8(absoluteWidePath(path));
}

std::string WindowsFileSystem::canonicalPath(const std::string& path) const {
    const OpenedPath opened = openPath(path, FILE_READ_ATTRIBUTES, kShareAll);
    if (opened.error != ERROR_SUCCESS) throw fileError(opened.error, "resolve the path", path);
    std::wstring name(MAX_PATH, L'\0');
    for (;;) {
        const DWORD length = GetFinalPathNameByHandleW(opened.handle.get(), name.data(),
                                                       static_cast<DWORD>(name.size()), FILE_NAME_NORMALIZED);
        if (length == 0) throw fileError(GetLastError(), "resolve the path", path);
        const bool fits = length < name.size();
        name.resize(length);
        if (fits) break;
    }
    return toUtf8(withoutNativePrefix(name));
}

std::vector<std::string> WindowsFileSystem::splitPath(const std::string& absolutePath) const {
    return splitWindowsPath(absolutePath);
}

std::string WindowsFileSystem::joinPath(const std::vector<std::string>& components) const {
    return joinWindowsPath(components);
}

}  // namespace

}  // namespace platform::windows

std::unique_ptr<platform::FileSystem> platform::makeFileSystem() {
    windows::enableBackupPrivileges();
    return std::make_unique<windows::WindowsFileSystem>();
}

bool platform::isAbsolutePath(std::string_view path) { return windows::isAbsoluteWindowsPath(path); }
