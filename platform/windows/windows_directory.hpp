// SPDX-License-Identifier: Apache-2.0
// windows_directory.hpp: an open directory on Windows; every name is looked up through its handle.
#pragma once

#include <mutex>
#include <string>

#include "platform/file_system.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/nt_file.hpp"

namespace platform::windows {

/// New files, folders and bodies of reparse points are private until applyMetadata() gives them their own
/// rights or, where they bring none (they come from Linux), those that the folder above hands down. Numeric
/// owners and modes of Linux mean nothing here and are passed over.
class WindowsDirectory final : public Directory {
public:
    /// `path` is for messages, and for symbolic links that only the Win32 interface lets ordinary users make.
    WindowsDirectory(Handle handle, std::string path);

    [[nodiscard]] const std::string& displayPath() const noexcept override { return path_; }
    [[nodiscard]] DirectoryListing list() const override;
    [[nodiscard]] FileStatus status() const override;
    [[nodiscard]] ExtraMetadata extraMetadata() const override;
    [[nodiscard]] std::optional<FileStatus> statusOf(std::string_view name) const override;
    [[nodiscard]] ExtraMetadata extraMetadataOf(std::string_view name) const override;
    [[nodiscard]] std::string readLink(std::string_view name) const override;
    [[nodiscard]] std::unique_ptr<Directory> openDirectory(std::string_view name) const override;
    [[nodiscard]] std::unique_ptr<File> openFile(std::string_view name, OpenMode mode) const override;
    [[nodiscard]] std::unique_ptr<File> createFile(std::string_view name) const override;
    [[nodiscard]] std::unique_ptr<File> openForWriting(std::string_view name) const override;
    void createDirectory(std::string_view name) const override;
    void createSymlink(std::string_view name, std::string_view target, bool targetIsDirectory) const override;
    void createSpecial(std::string_view name, const FileStatus& like) const override;
    void createHardLink(std::string_view name, const Directory& existingIn,
                        std::string_view existingName) const override;
    void renameChild(std::string_view from, std::string_view to) const override;
    void removeFile(std::string_view name) const override;
    void removeDirectory(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> applyMetadata(std::string_view name,
                                                         const MetadataToApply& values) const override;
    void sync() const override;
    [[nodiscard]] std::unique_ptr<VolumeFlusher> volumeFlusher() const override;
    [[nodiscard]] std::unique_ptr<File> openStream(std::string_view name) const override;
    [[nodiscard]] std::unique_ptr<File> createStream(std::string_view name) const override;

private:
    enum class Expected { File, Directory };

    [[nodiscard]] std::string childPath(std::string_view name) const;
    /// Opens a child itself, link or not; throws Error.
    [[nodiscard]] Handle openChild(std::string_view name, const OpenRequest& request,
                                   std::string_view action) const;
    /// Opens a child that must be a file or directory, and never a link; throws Error.
    [[nodiscard]] Handle openContent(std::string_view name, const OpenRequest& request,
                                     Expected expected) const;
    /// Throws Error (Denied, "FS-0025") when the child is a file that EFS encrypts.
    void refuseEncrypted(std::string_view name) const;
    /// Makes a link through its whole path, for users without the privilege. Returns a Win32 error number.
    [[nodiscard]] DWORD createSymlinkByPath(std::string_view name, std::string_view target,
                                            bool targetIsDirectory) const;

    Handle handle_;
    std::string path_;
    std::uint64_t volumeId_;
    mutable std::mutex listing_;  // guards the handle's place in its list of names
};

}  // namespace platform::windows
