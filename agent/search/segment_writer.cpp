// SPDX-License-Identifier: Apache-2.0
#include "agent/search/segment_writer.hpp"

#include "agent/vault/random.hpp"

namespace search {

namespace {

constexpr std::string_view kSuffix = ".paths";

}  // namespace

std::string segmentPath(const std::string& folder, const SegmentId& id) {
    return folder + "/" + id.hex() + std::string(kSuffix);
}

bool isSegmentName(std::string_view name) noexcept {
    return name.size() == 2 * SegmentId::kSizeBytes + kSuffix.size() && name.ends_with(kSuffix);
}

SegmentWriter::SegmentWriter(const platform::FileSystem& fileSystem, const std::string& folder)
    : fileSystem_(fileSystem),
      info_{vault::randomId<SegmentId>(), 0, 0, 0},
      path_(segmentPath(folder, info_.id)),
      file_(fileSystem.createNew(path_)) {}

SegmentWriter::~SegmentWriter() {
    if (!file_) return;
    file_.reset();
    try {
        fileSystem_.removeFile(path_);
    } catch (const base::Error&) {
        // The next update removes what no manifest names.
    }
}

void SegmentWriter::add(std::string_view key, std::span<const Span> spans) {
    if (spans.empty() || key.size() > kLongestKey) return;
    builder_.add(key, spans);
    ++info_.paths;
    if (builder_.isFull()) writeBlock();
}

std::uint32_t SegmentWriter::write(base::ByteView content) {
    const base::ByteView frame = packer_.pack(content);
    file_->write(frame);
    at_ += frame.size();
    return static_cast<std::uint32_t>(frame.size());
}

void SegmentWriter::writeBlock() {
    BlockBuilder::Block block = builder_.finish();
    block.info.offset = at_;
    block.info.filterBytes = write(block.filter);
    block.info.namesBytes = write(block.names);
    block.info.versionsBytes = write(block.versions);
    directory_.push_back(std::move(block.info));
}

std::optional<SegmentInfo> SegmentWriter::finish() {
    if (!builder_.isEmpty()) writeBlock();
    if (info_.paths == 0) return std::nullopt;
    base::Bytes directory(info_.id.view().begin(), info_.id.view().end());
    base::Encoder encoder(directory);
    encoder.number(directory_.size());
    for (const BlockInfo& block : directory_) encodeBlockInfo(encoder, block);
    info_.directoryOffset = at_;
    write(directory);
    info_.fileBytes = at_;
    file_->sync();
    file_.reset();
    return info_;
}

}  // namespace search
