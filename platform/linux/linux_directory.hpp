// SPDX-License-Identifier: Apache-2.0
// linux_directory.hpp: an open directory on Linux; every name is looked up through its descriptor.
#pragma once

#include <mutex>
#include <string>

#include "platform/file_system.hpp"
#include "platform/linux/descriptor.hpp"

namespace platform::linux {

class LinuxDirectory final : public Directory {
public:
    LinuxDirectory(Descriptor descriptor, std::string displayPath)
        : descriptor_(std::move(descriptor)), displayPath_(std::move(displayPath)) {}

    [[nodiscard]] const std::string& displayPath() const noexcept override { return displayPath_; }
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

private:
    [[nodiscard]] std::string pathOf(std::string_view name) const;

    const Descriptor descriptor_;
    const std::string displayPath_;
    mutable std::mutex listing_;  // guards the descriptor's position, which list() moves
};

/// Flushes the names in an open directory. File systems that have no such call keep names durable by
/// themselves or not at all; either way there is nothing more to do. Throws Error.
void syncDirectoryDescriptor(int descriptor, std::string_view displayPath);

}  // namespace platform::linux
