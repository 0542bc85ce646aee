// SPDX-License-Identifier: Apache-2.0
// windows_file.hpp: an open file on Windows.
#pragma once

#include <string>

#include "platform/file_system.hpp"
#include "platform/windows/handle.hpp"

namespace platform::windows {

/// Keeps the position itself and passes an offset to every call: on Windows a read at an offset would move
/// the handle's own position.
class WindowsFile final : public File {
public:
    WindowsFile(Handle handle, std::string path, std::uint64_t volumeId)
        : handle_(std::move(handle)), path_(std::move(path)), volumeId_(volumeId) {}

    std::size_t read(base::MutableBytes to) override;
    std::size_t readAt(std::uint64_t offset, base::MutableBytes to) override;
    void write(base::ByteView bytes) override;
    void writeAt(std::uint64_t offset, base::ByteView bytes) override;
    void seek(std::uint64_t offset) override { position_ = offset; }
    void truncate(std::uint64_t sizeBytes) override;
    void sync() override;
    void startWriteback() noexcept override;
    [[nodiscard]] FileStatus status() override;
    [[nodiscard]] std::vector<DataExtent> dataExtents() override;
    [[nodiscard]] ExtraMetadata extraMetadata() override;
    void dropCache() noexcept override;
    [[nodiscard]] std::unique_ptr<File> openStream(std::string_view name) const override;
    [[nodiscard]] std::unique_ptr<File> createStream(std::string_view name) const override;

private:
    Handle handle_;
    std::string path_;
    std::uint64_t volumeId_;
    std::uint64_t position_ = 0;
};

/// The extended attributes of whatever the handle (opened with READ_CONTROL) holds.
ExtraMetadata readExtraMetadata(HANDLE handle, const std::string& path);

}  // namespace platform::windows
