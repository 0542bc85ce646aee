// SPDX-License-Identifier: Apache-2.0
// file_comparer.cpp: FileComparer and DifferenceLog of compare_session.hpp.
#include <algorithm>
#include <utility>

#include "connectors/files/compare_session.hpp"
#include "platform/read_fully.hpp"

namespace connectors::files {

namespace {

constexpr std::size_t kPieceBytes = 64 * base::kKiB;

}  // namespace

void DifferenceLog::add(std::string_view key, Difference difference, const std::string& sentence) {
    const std::lock_guard lock(mutex_);
    // The differences of one object come one after the other, but for those of its content.
    if (lastKey_ != key || difference == Difference::Content) ++objects_;
    lastKey_ = key;
    if (onDifference_) onDifference_(key, difference, sentence);
}

FileComparer::FileComparer(std::shared_ptr<DifferenceLog> log, std::shared_ptr<Folder> folder,
                           std::string name, std::string key, std::uint64_t sizeBytes, FileMetadata metadata)
    : log_(std::move(log)),
      folder_(std::move(folder)),
      name_(std::move(name)),
      key_(std::move(key)),
      metadata_(std::move(metadata)),
      extents_(metadata_),
      streams_(metadata_.extra.streams, extents_.storedBytes(sizeBytes)) {}

void FileComparer::open() { file_ = folder_->open()->openFile(name_, platform::OpenMode::ReadSequential); }

void FileComparer::writeAt(std::uint64_t offset, base::ByteView bytes) {
    if (differs_) return;
    const base::ByteView data = streams_.dataPartOf(offset, bytes);
    extents_.forEachRun(offset, data, [this](std::uint64_t fileOffset, base::ByteView part) {
        compareRun(*file_, fileOffset, part);
    });
    compareStreams(offset + data.size(), bytes.subspan(data.size()));
}

void FileComparer::compareStreams(std::uint64_t storedOffset, base::ByteView expected) {
    streams_.forEachPart(storedOffset, expected,
                         [this](std::size_t number, std::uint64_t offset, base::ByteView part) {
                             const std::string& name = metadata_.extra.streams[number].name;
                             compareRun(*file_->openStream(name), offset, part);
                         });
}

void FileComparer::compareRun(platform::File& file, std::uint64_t offset, base::ByteView expected) {
    base::Bytes buffer(std::min(kPieceBytes, expected.size()));
    while (!expected.empty()) {
        const base::ByteView piece = expected.first(std::min(buffer.size(), expected.size()));
        const base::MutableBytes read = base::MutableBytes(buffer).first(piece.size());
        if (platform::readFully(file, offset, read) != piece.size() || !std::ranges::equal(read, piece)) {
            noteDifference(offset);
            return;
        }
        offset += piece.size();
        expected = expected.subspan(piece.size());
    }
}

void FileComparer::finish() {
    if (metadata_.isSparse && !differs_) compareHoles();
    file_.reset();
}

/// What the backup calls a hole may hold data here, as long as it is all zeros.
void FileComparer::compareHoles() {
    std::uint64_t holeStart = 0;
    for (const platform::DataExtent& extent : metadata_.extents) {
        compareZeros(holeStart, extent.offset);
        holeStart = extent.offset + extent.sizeBytes;
    }
    compareZeros(holeStart, file_->status().sizeBytes);
}

void FileComparer::compareZeros(std::uint64_t offset, std::uint64_t end) {
    base::Bytes buffer(kPieceBytes);
    for (const platform::DataExtent& extent : file_->dataExtents()) {
        std::uint64_t position = std::max(offset, extent.offset);
        const std::uint64_t stop = std::min(end, extent.offset + extent.sizeBytes);
        while (position < stop) {
            const auto wanted =
                static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), stop - position));
            const std::size_t got =
                platform::readFully(*file_, position, base::MutableBytes(buffer).first(wanted));
            const auto read = base::ByteView(buffer).first(got);
            if (got == 0 ||
                std::ranges::any_of(read, [](base::Byte byte) { return byte != base::Byte{0}; })) {
                noteDifference(position);
                return;
            }
            position += got;
        }
    }
}

void FileComparer::noteDifference(std::uint64_t offset) {
    if (differs_.exchange(true)) return;
    log_->add(key_, Difference::Content,
              "the content differs in the 64 KiB from byte " + std::to_string(offset) + " on");
}

}  // namespace connectors::files
