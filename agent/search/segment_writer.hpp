// SPDX-License-Identifier: Apache-2.0
// segment_writer.hpp: writes a sorted run of paths into a file of its own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/search/block.hpp"
#include "agent/search/frame.hpp"
#include "platform/base/strong_id.hpp"
#include "platform/file_system.hpp"

namespace search {

using SegmentId = base::StrongId<struct SegmentTag, 16>;

/// What the manifest tells of a segment.
struct SegmentInfo {
    SegmentId id;
    std::uint64_t directoryOffset = 0;
    std::uint64_t fileBytes = 0;
    std::uint64_t paths = 0;

    bool operator==(const SegmentInfo&) const = default;
};

/// "<folder>/<id>.paths"
[[nodiscard]] std::string segmentPath(const std::string& folder, const SegmentId& id);
/// True for what segmentPath() would call a file.
[[nodiscard]] bool isSegmentName(std::string_view name) noexcept;

/// Holds one block and the directory. A segment that is not finished leaves no file. Not thread-safe.
class SegmentWriter final {
public:
    /// Keys that are longer are left out: nothing that people made.
    static constexpr std::size_t kLongestKey = 256 * base::kKiB;

    /// The file system outlives it.
    SegmentWriter(const platform::FileSystem& fileSystem, const std::string& folder);
    ~SegmentWriter();
    SegmentWriter(const SegmentWriter&) = delete;
    SegmentWriter& operator=(const SegmentWriter&) = delete;

    /// In ascending order of keys.
    void add(std::string_view key, std::span<const Span> spans);

    /// Flushes the file. Nothing when no path was added; then there is no file.
    std::optional<SegmentInfo> finish();

private:
    void writeBlock();
    std::uint32_t write(base::ByteView content);

    const platform::FileSystem& fileSystem_;
    SegmentInfo info_;
    const std::string path_;
    std::unique_ptr<platform::File> file_;
    FramePacker packer_;
    BlockBuilder builder_;
    std::vector<BlockInfo> directory_;
    std::uint64_t at_ = 0;
};

}  // namespace search
