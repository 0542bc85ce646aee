// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/file_restorer.hpp"

#include <algorithm>
#include <utility>

#include "platform/base/error.hpp"

namespace connectors::files {

ExtentMap::ExtentMap(const FileMetadata& metadata)
    : isSparse_(metadata.isSparse), extents_(metadata.extents) {
    std::uint64_t end = 0;
    storedEnds_.reserve(extents_.size());
    for (const platform::DataExtent& extent : extents_) storedEnds_.push_back(end += extent.sizeBytes);
}

std::uint64_t ExtentMap::storedBytes(std::uint64_t sizeBytes) const noexcept {
    if (!isSparse_) return sizeBytes;
    return storedEnds_.empty() ? 0 : storedEnds_.back();
}

ExtentMap::Run ExtentMap::runAt(std::uint64_t storedOffset, std::size_t wantedBytes) const {
    if (!isSparse_) return {storedOffset, wantedBytes};
    const auto end = std::upper_bound(storedEnds_.begin(), storedEnds_.end(), storedOffset);
    if (end == storedEnds_.end()) {
        throw base::Error(
            base::ErrorKind::Corrupt, "FILES-0005",
            "The stored metadata of a file is damaged: it has more content than data runs",
            "Run 'hbr verify' on the vault; another restore point may hold the file undamaged.");
    }
    const platform::DataExtent& extent = extents_[static_cast<std::size_t>(end - storedEnds_.begin())];
    const std::uint64_t left = *end - storedOffset;
    return {extent.offset + extent.sizeBytes - left,
            static_cast<std::size_t>(std::min<std::uint64_t>(left, wantedBytes))};
}

FileRestorer::FileRestorer(std::shared_ptr<TargetFolder> folder, std::string name, std::string key,
                           std::uint64_t sizeBytes, platform::Timestamp modified, FileMetadata metadata,
                           std::shared_ptr<RestoredLinks> links)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      key_(std::move(key)),
      sizeBytes_(sizeBytes),
      modified_(modified),
      metadata_(std::move(metadata)),
      extents_(metadata_),
      streams_(metadata_.extra.streams, extents_.storedBytes(sizeBytes_)),
      links_(std::move(links)) {}

FileRestorer::~FileRestorer() {
    if (!isDone_) abandon();
}

void FileRestorer::open() {
    temporary_ = folder_->shared().temporaryName();
    file_ = folder_->folder()->open()->createFile(temporary_);
    folder_->touch();
    streams_.open(*file_, metadata_.extra.streams, key_, folder_->shared().report);
}

void FileRestorer::writeAt(std::uint64_t offset, base::ByteView bytes) {
    writtenBytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
    const base::ByteView data = streams_.map().dataPartOf(offset, bytes);
    extents_.forEachRun(offset, data, [this](std::uint64_t fileOffset, base::ByteView part) {
        file_->writeAt(fileOffset, part);
    });
    streams_.writeAt(offset + data.size(), bytes.subspan(data.size()));
}

void FileRestorer::finish() {
    if (writtenBytes_ != streams_.map().storedEnd()) throw wrongContentError();
    const auto folder = folder_->folder()->open();
    // Only a final hole is missing now; for all others the last write made the size.
    if (metadata_.isSparse) file_->truncate(sizeBytes_);
    const platform::FileStatus status = file_->status();
    RestoreShared& shared = folder_->shared();
    shared.rules.learnFrom(status);
    if (shared.volumes.ruleFor(status.volumeId, *folder) == TargetVolumes::FlushRule::EachFile) {
        streams_.sync();
        file_->sync();
    }
    streams_.close();
    file_.reset();
    applyMetadata(*folder);
    folder->renameChild(temporary_, name_);
    isDone_ = true;
    if (metadata_.extra.flags != 0 && links_) {
        links_->addFlags(key_, {folder_->folder(), name_}, metadata_.extra.flags);
    } else if (metadata_.extra.flags != 0) {
        // Last, for an immutable file could not be renamed.
        platform::MetadataToApply flags;
        flags.extra = &metadata_.extra;
        for (const std::string& sentence : folder->applyMetadata(name_, flags)) {
            folder_->shared().report.warn(key_, sentence);
        }
    }
    if (links_) links_->complete(key_, {folder_->folder(), name_});
    folder_.reset();
}

void FileRestorer::applyMetadata(const platform::Directory& folder) {
    platform::MetadataToApply values = folder_->shared().rules.valuesFor(metadata_, modified_);
    platform::ExtraMetadata withoutFlags;
    values.extra = nullptr;
    // A new file has none, unless it inherits an access list from a folder that was there before.
    if (!metadata_.extra.attributes.empty() || !folder_->wasMissing()) {
        withoutFlags.attributes = metadata_.extra.attributes;
        values.extra = &withoutFlags;
    }
    for (const std::string& sentence : folder.applyMetadata(temporary_, values)) {
        folder_->shared().report.warn(key_, sentence);
    }
}

void FileRestorer::abandon() noexcept {
    try {
        isDone_ = true;
        const bool wasMade = file_ != nullptr || !temporary_.empty();
        streams_.close();
        file_.reset();
        if (wasMade) folder_->folder()->open()->removeFile(temporary_);
    } catch (...) {
        // What cannot be removed has a name that the next restore sweeps.
        static_cast<void>(base::currentError());
    }
    try {
        if (links_) links_->fail(key_);
        folder_.reset();
    } catch (...) {
        static_cast<void>(base::currentError());
    }
}

}  // namespace connectors::files
