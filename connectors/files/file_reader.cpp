// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/file_reader.hpp"

#include <algorithm>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

namespace {

using base::Error;
using base::ErrorKind;
using platform::DataExtent;
using platform::FileStatus;

constexpr unsigned kMostOpenedEarly = 64;
constexpr std::uint64_t kReadAheadFrom = base::kMiB;
// A list of runs is metadata; a file of more is stored with its smallest holes filled, which compress to
// nothing.
constexpr std::size_t kMostExtents = 4096;
constexpr std::uint64_t kFirstHoleToFill = 16 * base::kKiB;

std::vector<DataExtent> withoutHolesBelow(const std::vector<DataExtent>& extents, std::uint64_t holeBytes) {
    std::vector<DataExtent> merged;
    for (const DataExtent& extent : extents) {
        if (!merged.empty() && extent.offset - (merged.back().offset + merged.back().sizeBytes) < holeBytes) {
            merged.back().sizeBytes = extent.offset + extent.sizeBytes - merged.back().offset;
        } else if (extent.sizeBytes != 0) {
            merged.push_back(extent);
        }
    }
    return merged;
}

/// What of the runs lies below the size.
void cutAt(std::vector<DataExtent>& extents, std::uint64_t sizeBytes) {
    while (!extents.empty() && extents.back().offset >= sizeBytes) extents.pop_back();
    if (extents.empty()) return;
    DataExtent& last = extents.back();
    last.sizeBytes = std::min(last.sizeBytes, sizeBytes - last.offset);
}

Error goneError(const std::string& path) {
    return {ErrorKind::NotFound, "FILES-0008",
            "'" + base::printable(path) + "' vanished before it could be read", "Nothing needs to be done.",
            base::Retry::Later};
}

}  // namespace

bool isSettled(platform::Timestamp changed, platform::Timestamp readFrom,
               std::chrono::nanoseconds window) noexcept {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(window);
    const auto rest = static_cast<std::int64_t>((window - whole).count());
    std::int64_t nanoseconds = static_cast<std::int64_t>(readFrom.nanoseconds) - rest;
    std::int64_t seconds = readFrom.seconds - whole.count();
    if (nanoseconds < 0) {
        nanoseconds += 1'000'000'000;
        --seconds;
    }
    return changed < platform::Timestamp{seconds, static_cast<std::uint32_t>(nanoseconds)};
}

FileReader::FileReader(std::shared_ptr<const ReaderSettings> settings, std::shared_ptr<Folder> folder,
                       std::string key, const FileStatus& found, ContentLayout layout)
    : settings_(std::move(settings)),
      folder_(std::move(folder)),
      key_(std::move(key)),
      expectedBytes_(found.sizeBytes),
      expectedFileId_(found.fileId),
      expectedLinkCount_(found.linkCount),
      layout_(layout) {}

std::string_view FileReader::name() const noexcept {
    const std::size_t cut = key_.rfind('\0');
    return std::string_view(key_).substr(cut == std::string::npos ? 0 : cut + 1);
}

FileReader::~FileReader() {
    if (isCounted_) --settings_->openedEarly;
}

void FileReader::openEarly() {
    if (settings_->openedEarly >= kMostOpenedEarly) return;
    ++settings_->openedEarly;
    isCounted_ = true;
    openFile();
}

void FileReader::openFile() {
    const auto folder = folder_->open();
    try {
        const auto mode =
            expectedBytes_ >= kReadAheadFrom ? platform::OpenMode::ReadSequential : platform::OpenMode::Read;
        file_ = folder->openFile(name(), mode);
    } catch (const Error&) {
        // Something else under the name, such as a link, means that the file is gone as well.
        const auto now = folder->statusOf(name());
        if (!now || now->type != platform::FileType::Regular)
            throw goneError(folder->displayPath() + '/' + std::string(name()));
        throw;
    }
    folder_.reset();
    openedAt_ = settings_->clock->now();
    status_ = file_->status();
    if (status_.type != platform::FileType::Regular) throw goneError(std::string(name()));
}

void FileReader::open() {
    if (!file_) {
        openFile();
        if (expectedLinkCount_ > 1 && status_.fileId != expectedFileId_) {
            throw Error(
                ErrorKind::Busy, "FILES-0009",
                "'" + base::printable(name()) + "' was replaced by another file before it could be read",
                "Its other names are lost in this backup; run the backup again.", base::Retry::Later);
        }
    }
    findData();
}

void FileReader::findData() {
    if (status_.sizeBytes == 0) return;
    extents_ = {{0, status_.sizeBytes}};
    if (status_.allocatedBytes >= status_.sizeBytes) return;
    std::vector<DataExtent> found = withoutHolesBelow(file_->dataExtents(), 1);
    cutAt(found, status_.sizeBytes);  // it may have grown since it was opened
    for (std::uint64_t hole = kFirstHoleToFill; found.size() > kMostExtents; hole *= 2) {
        found = withoutHolesBelow(found, hole);
    }
    // Compressed files take less room than their size and have no holes.
    isSparse_ = found != extents_;
    extents_ = std::move(found);
}

std::size_t FileReader::read(base::MutableBytes to) {
    if (!extra_) {
        if (const std::size_t got = readData(to); got != 0) return got;
        extra_ = file_->extraMetadata();
        streams_ = StreamsReader(std::move(extra_->streams));
    }
    return streams_.read(*file_, to);
}

std::size_t FileReader::readData(base::MutableBytes to) {
    while (extent_ < extents_.size()) {
        const DataExtent& extent = extents_[extent_];
        const std::uint64_t left = extent.sizeBytes - extentBytesRead_;
        if (left == 0) {
            ++extent_;
            extentBytesRead_ = 0;
            continue;
        }
        const base::MutableBytes part =
            to.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, to.size())));
        const std::size_t got =
            isSparse_ ? file_->readAt(extent.offset + extentBytesRead_, part) : file_->read(part);
        if (got == 0) {
            endEarly();
            return 0;
        }
        extentBytesRead_ += got;
        return got;
    }
    return 0;
}

void FileReader::endEarly() {
    endedEarly_ = true;
    extents_[extent_].sizeBytes = extentBytesRead_;
    extents_.resize(extentBytesRead_ == 0 ? extent_ : extent_ + 1);
    extent_ = extents_.size();
    extentBytesRead_ = 0;
}

std::uint64_t FileReader::logicalSize(const FileStatus& now) const noexcept {
    if (!endedEarly_) return status_.sizeBytes;
    const std::uint64_t end = extents_.empty() ? 0 : extents_.back().offset + extents_.back().sizeBytes;
    if (!isSparse_) return end;
    // What was cut off by now is gone; a hole that is still there belongs to the file.
    return std::max(end, std::min(now.sizeBytes, status_.sizeBytes));
}

void FileReader::judge(const FileStatus& now) {
    if (endedEarly_) {
        warning_ = "The file became shorter while it was read; what was left of it is backed up.";
    } else if (now.changed != status_.changed || now.modified != status_.modified ||
               now.sizeBytes != status_.sizeBytes) {
        warning_ = "The file changed while it was read; the backup may hold parts of both versions.";
    }
}

ObjectHeader FileReader::finish() {
    ObjectHeader header;
    const FileStatus now = file_->status();
    judge(now);
    FileMetadata metadata = FileMetadata::of(status_);
    // Names that vanished since the walk may be stored as names of this file already.
    metadata.linkCount = std::max(metadata.linkCount, expectedLinkCount_);
    metadata.extra = std::move(*extra_);
    metadata.extra.streams = streams_.done();
    metadata.isSparse = isSparse_;
    if (isSparse_) metadata.extents = std::move(extents_);
    file_.reset();
    header.kind = ObjectKind::File;
    header.sizeBytes = logicalSize(now);
    header.modified = status_.modified;
    header.metadata = encodeMetadata(metadata);
    if (warning_.empty() && isSettled(status_.changed, openedAt_, settings_->settleWindow)) {
        header.changeToken = ChangeToken(status_).bytes();
    }
    header.key = std::move(key_);
    return header;
}

}  // namespace connectors::files
