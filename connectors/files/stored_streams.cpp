// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/stored_streams.hpp"

#include <algorithm>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

namespace {

using base::Error;
using base::ErrorKind;
using platform::NamedStream;

std::uint64_t bytesOf(const std::vector<NamedStream>& streams) noexcept {
    std::uint64_t total = 0;
    for (const NamedStream& stream : streams) total += stream.sizeBytes;
    return total;
}

}  // namespace

Error wrongContentError() {
    return {ErrorKind::Corrupt, "FILES-0027",
            "The restore point holds less or more content for the file than its size says",
            "Run 'hbr verify' on the vault; another restore point may hold the file undamaged."};
}

bool StreamsReader::openNext(const platform::StreamOwner& owner) {
    while (next_ < listed_.size()) {
        const NamedStream& listed = listed_[next_++];
        try {
            stream_ = owner.openStream(listed.name);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NotFound) throw;
            continue;  // one that vanished since it was listed is lost to nobody
        }
        done_.push_back({listed.name, 0});
        leftBytes_ = listed.sizeBytes;
        return true;
    }
    return false;
}

std::size_t StreamsReader::read(const platform::StreamOwner& owner, base::MutableBytes to) {
    while (stream_ || openNext(owner)) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(leftBytes_, to.size()));
        const std::size_t got = wanted == 0 ? 0 : stream_->read(to.first(wanted));
        leftBytes_ -= got;
        done_.back().sizeBytes += got;
        if (got != 0) return got;
        stream_.reset();
    }
    return 0;
}

FolderStreamsReader::FolderStreamsReader(std::shared_ptr<Folder> folder, ObjectHeader header,
                                         FileMetadata metadata)
    : folder_(std::move(folder)),
      header_(std::move(header)),
      metadata_(std::move(metadata)),
      streams_(metadata_.extra.streams),
      expectedBytes_(bytesOf(metadata_.extra.streams)) {}

ObjectHeader FolderStreamsReader::finish() {
    opened_.reset();
    metadata_.extra.streams = streams_.done();
    header_.metadata = encodeMetadata(metadata_);
    return std::move(header_);
}

StreamMap::StreamMap(const std::vector<NamedStream>& streams, std::uint64_t storedFrom)
    : storedFrom_(storedFrom) {
    for (const NamedStream& stream : streams) ends_.push_back(storedFrom += stream.sizeBytes);
}

base::ByteView StreamMap::dataPartOf(std::uint64_t storedOffset, base::ByteView bytes) const noexcept {
    const std::uint64_t left = storedOffset < storedFrom_ ? storedFrom_ - storedOffset : 0;
    return bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
}

StreamMap::Part StreamMap::partAt(std::uint64_t storedOffset, std::size_t wantedBytes) const {
    const auto end = std::ranges::upper_bound(ends_, storedOffset);
    if (end == ends_.end()) throw wrongContentError();
    const std::uint64_t begin = end == ends_.begin() ? storedFrom_ : *std::prev(end);
    return {static_cast<std::size_t>(end - ends_.begin()), storedOffset - begin,
            static_cast<std::size_t>(std::min<std::uint64_t>(*end - storedOffset, wantedBytes))};
}

void StreamsWriter::open(const platform::StreamOwner& owner, const std::vector<NamedStream>& streams,
                         std::string_view key, RestoreReport& report) {
    for (const NamedStream& stream : streams) {
        files_.emplace_back();
        try {
            files_.back() = owner.createStream(stream.name);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Exhausted) throw;
            report.warn(key, "The stream '" + base::printable(stream.name) +
                                 "' could not be restored: " + error.message() + ".");
        }
    }
}

void StreamsWriter::writeAt(std::uint64_t storedOffset, base::ByteView bytes) const {
    map_.forEachPart(storedOffset, bytes, [&](std::size_t stream, std::uint64_t at, base::ByteView part) {
        if (files_[stream]) files_[stream]->writeAt(at, part);
    });
}

void StreamsWriter::sync() const {
    for (const auto& file : files_) {
        if (file) file->sync();
    }
}

FolderStreamsRestorer::FolderStreamsRestorer(std::shared_ptr<TargetFolder> folder, std::string key,
                                             std::vector<NamedStream> streams)
    : folder_(std::move(folder)), key_(std::move(key)), streams_(std::move(streams)), writer_(streams_, 0) {}

void FolderStreamsRestorer::open() {
    folder_->touch();
    writer_.open(*folder_->folder()->open(), streams_, key_, folder_->shared().report);
}

void FolderStreamsRestorer::writeAt(std::uint64_t offset, base::ByteView bytes) {
    writtenBytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
    writer_.writeAt(offset, bytes);
}

void FolderStreamsRestorer::finish() {
    if (writtenBytes_ != writer_.map().storedEnd()) throw wrongContentError();
    const auto folder = folder_->folder()->open();
    const auto rule = folder_->shared().volumes.ruleFor(folder->status().volumeId, *folder);
    if (rule == TargetVolumes::FlushRule::EachFile) writer_.sync();
    abandon();
}

void FolderStreamsRestorer::abandon() noexcept {
    writer_.close();
    try {
        folder_.reset();
    } catch (...) {
        static_cast<void>(base::currentError());
    }
}

}  // namespace connectors::files
