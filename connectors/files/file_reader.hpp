// SPDX-License-Identifier: Apache-2.0
// file_reader.hpp: reads one regular file for a backup, however it changes meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/file_metadata.hpp"
#include "connectors/files/folder.hpp"
#include "connectors/files/stored_streams.hpp"
#include "connectors/object_stream.hpp"
#include "platform/clock.hpp"

namespace connectors::files {

/// What all readers of one run share. Shared, because readers wait in the sink's queue and outlive the walk.
struct ReaderSettings {
    std::shared_ptr<const platform::Clock> clock;
    std::chrono::nanoseconds settleWindow;
    /// Files that were opened early and are not read yet; bounds the handles that the queue holds.
    mutable std::atomic<unsigned> openedEarly = 0;
};

/// True when nothing that happened before this moment can be hidden behind the same change time; README.md
/// says why.
bool isSettled(platform::Timestamp changed, platform::Timestamp readFrom,
               std::chrono::nanoseconds window) noexcept;

/// Reads a regular file: its data without the holes, its large streams, then its metadata.
///
/// The content is what was there to be read: a file that shrinks ends early, one that grows ends where it
/// ended when it was opened, and either gets a warning and no change token, so that the next run reads it
/// again.
class FileReader final : public ObjectReader {
public:
    /// `found` is the status that the walk saw; `key` ends with the name of the file in `folder`.
    FileReader(std::shared_ptr<const ReaderSettings> settings, std::shared_ptr<Folder> folder,
               std::string key, const platform::FileStatus& found, ContentLayout layout);
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;
    ~FileReader() override;

    /// Opens the file now and not in open(), so that its name may vanish. For files with several names, all
    /// of which depend on this content. Does nothing while too many are open already. Throws what opening
    /// throws.
    void openEarly();

    [[nodiscard]] std::uint64_t expectedBytes() const noexcept override { return expectedBytes_; }
    [[nodiscard]] ContentLayout layout() const noexcept override { return layout_; }
    /// Throws Error (NotFound, "FILES-0008") when there is no such regular file any more.
    void open() override;
    std::size_t read(base::MutableBytes to) override;
    ObjectHeader finish() override;
    [[nodiscard]] std::string warning() const override { return warning_; }

    [[nodiscard]] bool isOpen() const noexcept { return file_ != nullptr; }
    /// The status of the open file.
    [[nodiscard]] const platform::FileStatus& status() const noexcept { return status_; }

private:
    [[nodiscard]] std::string_view name() const noexcept;
    void openFile();
    void findData();
    std::size_t readData(base::MutableBytes to);
    void endEarly();
    [[nodiscard]] std::uint64_t logicalSize(const platform::FileStatus& now) const noexcept;
    void judge(const platform::FileStatus& now);

    const std::shared_ptr<const ReaderSettings> settings_;
    std::shared_ptr<Folder> folder_;
    std::string key_;
    const std::uint64_t expectedBytes_;
    const std::uint64_t expectedFileId_;
    const std::uint32_t expectedLinkCount_;
    const ContentLayout layout_;

    std::unique_ptr<platform::File> file_;
    platform::FileStatus status_;
    platform::Timestamp openedAt_;
    std::vector<platform::DataExtent> extents_;  // what is to be read; cut when the file turns out shorter
    bool isSparse_ = false;
    bool isCounted_ = false;  // in openedEarly
    bool endedEarly_ = false;
    std::size_t extent_ = 0;                        // being read
    std::uint64_t extentBytesRead_ = 0;             // of it
    std::optional<platform::ExtraMetadata> extra_;  // once the data are read
    StreamsReader streams_;
    std::string warning_;
};

}  // namespace connectors::files
