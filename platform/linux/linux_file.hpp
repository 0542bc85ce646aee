// SPDX-License-Identifier: Apache-2.0
// linux_file.hpp: an open regular file on Linux.
#pragma once

#include <string>

#include "platform/base/error.hpp"
#include "platform/file_system.hpp"
#include "platform/linux/descriptor.hpp"

namespace platform::linux {

/// Opens an existing regular file for reading, without touching its access time where we may. Does not wait
/// for fifos and refuses them (Invalid, "FS-0010"). `flags` may add O_NOFOLLOW. Throws Error.
Descriptor openRegular(int directory, const char* name, int flags, std::string_view displayPath);

/// open(), tried again without O_NOATIME where the file's owner alone may ask for that. -1 with errno on
/// failure.
int openQuietly(int directory, const char* name, int flags) noexcept;

/// The same for a folder. One that we may pass and not list is opened for passing only.
int openFolderQuietly(int directory, const char* name, int flags) noexcept;

class LinuxFile final : public File {
public:
    /// `path` is for messages only.
    LinuxFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    std::size_t read(base::MutableBytes to) override;
    std::size_t readAt(std::uint64_t offset, base::MutableBytes to) override;
    void write(base::ByteView bytes) override;
    void writeAt(std::uint64_t offset, base::ByteView bytes) override;
    void seek(std::uint64_t offset) override;
    void truncate(std::uint64_t sizeBytes) override;
    void sync() override;
    void startWriteback() noexcept override;
    [[nodiscard]] FileStatus status() override;
    [[nodiscard]] std::vector<DataExtent> dataExtents() override;
    [[nodiscard]] ExtraMetadata extraMetadata() override;
    void dropCache() noexcept override;

    /// Tells the kernel that the file will be read from front to back.
    void expectSequentialReads() noexcept;

private:
    [[nodiscard]] base::Error readError(int number) const;
    [[nodiscard]] base::Error writeError(int number) const;

    Descriptor descriptor_;
    const std::string path_;
};

}  // namespace platform::linux
