// SPDX-License-Identifier: Apache-2.0
#include "agent/search/segment.hpp"

#include <algorithm>

#include "platform/base/wire.hpp"
#include "platform/read_fully.hpp"

namespace search {

Segment::Segment(const platform::FileSystem& fileSystem, const std::string& folder, const SegmentInfo& info)
    : file_(fileSystem.openForReading(segmentPath(folder, info.id))) {
    if (file_->status().sizeBytes != info.fileBytes) throw damagedIndex("a segment has another size");
    if (info.directoryOffset > info.fileBytes || info.fileBytes - info.directoryOffset > kMostFrameBytes)
        throw damagedIndex("a segment's directory has an impossible place");
    try {
        readDirectory(info);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        throw damagedIndex("a segment's directory cannot be read");
    }
}

void Segment::readDirectory(const SegmentInfo& info) {
    base::Bytes frame;
    read(info.directoryOffset, static_cast<std::size_t>(info.fileBytes - info.directoryOffset), frame);
    base::Bytes content;
    FrameOpener().open(frame, content);
    base::Decoder decoder(content);
    if (SegmentId::fromBytes(decoder.raw(SegmentId::kSizeBytes)) != info.id)
        throw damagedIndex("a segment has the file of another one");
    const std::uint64_t count = decoder.numberUpTo(content.size());
    for (std::uint64_t i = 0; i < count; ++i) {
        blocks_.push_back(decodeBlockInfo(decoder));
        if (blocks_.back().end() > info.directoryOffset)
            throw damagedIndex("a block lies outside its segment");
    }
    decoder.expectEnd();
}

void Segment::read(std::uint64_t offset, std::size_t sizeBytes, base::Bytes& to) const {
    to.resize(sizeBytes);
    if (platform::readFully(*file_, offset, to) != sizeBytes) throw damagedIndex("a segment is cut short");
}

std::size_t Segment::blockOf(std::string_view key) const noexcept {
    const auto behind =
        std::ranges::upper_bound(blocks_, key, std::ranges::less(),
                                 [](const BlockInfo& block) { return std::string_view(block.firstKey); });
    return behind == blocks_.begin() ? 0 : static_cast<std::size_t>(behind - blocks_.begin()) - 1;
}

SegmentScan::SegmentScan(const Segment& segment, const TextMatch& text, const VersionRange& versions,
                         KeyRange range)
    : segment_(segment),
      text_(text),
      versions_(versions),
      range_(std::move(range)),
      nextBlock_(segment.blockOf(range_.from)) {}

bool SegmentScan::isWorthReading(const BlockInfo& block) {
    if (!versions_.mayMeet(block)) return false;
    if (text_.trigrams().empty()) return true;
    segment_.read(block.offset, block.filterBytes, frame_);
    opener_.open(frame_, filter_);
    return mayContain(filter_, text_.trigrams());
}

bool SegmentScan::enterBlock() {
    for (;; ++nextBlock_) {
        if (nextBlock_ == segment_.blocks().size()) return false;
        const BlockInfo& block = segment_.blocks()[nextBlock_];
        if (range_.until && block.firstKey >= *range_.until) return false;
        if (!isWorthReading(block)) continue;
        segment_.read(block.offset + block.filterBytes, block.namesBytes, frame_);
        opener_.open(frame_, names_);
        keys_ = BlockKeys(names_, block.paths);
        block_ = &block;
        path_ = 0;
        hasSpans_ = false;
        ++nextBlock_;
        return true;
    }
}

bool SegmentScan::next() {
    for (;;) {
        if (block_ == nullptr && !enterBlock()) return false;
        if (!keys_.next()) {
            block_ = nullptr;
            continue;
        }
        ++path_;
        const std::string& key = keys_.key();
        if (key < range_.from) continue;
        if (range_.until && key >= *range_.until) return false;
        if (text_.matches(key, scratch_)) return true;
    }
}

std::span<const Span> SegmentScan::spans() {
    if (!hasSpans_) {
        segment_.read(block_->offset + block_->filterBytes + block_->namesBytes, block_->versionsBytes,
                      frame_);
        opener_.open(frame_, content_);
        spans_.decode(content_, block_->paths);
        hasSpans_ = true;
    }
    return spans_.of(path_ - 1);
}

}  // namespace search
