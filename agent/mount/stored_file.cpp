// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/stored_file.hpp"

#include <algorithm>

#include "connectors/files/file_metadata.hpp"

namespace mount {

namespace {

// As much is fetched ahead as was read in order, up to this: enough chunks for several processors.
constexpr std::uint64_t kMostAheadBytes = 8 * base::kMiB;
// The kernel reads ahead with several requests at a time, which come in any order.
constexpr std::uint64_t kDisorderBytes = base::kMiB;

}  // namespace

StoredFile::StoredFile(vault::ChunkReader& reader, ChunkCache& chunks, const vault::TreeEntry& entry)
    : chunks_(chunks),
      sizeBytes_(entry.sizeBytes),
      cursor_(reader, entry.content.value_or(vault::ContentRef{})),
      ahead_(reader, entry.content.value_or(vault::ContentRef{})) {
    const auto metadata = connectors::files::decodeMetadata(entry.metadata, entry.sizeBytes);
    if (!metadata.isSparse) {
        if (sizeBytes_ != 0) runs_.push_back({0, sizeBytes_, 0});
        return;
    }
    std::uint64_t storedAt = 0;
    for (const platform::DataExtent& extent : metadata.extents) {
        runs_.push_back({extent.offset, extent.sizeBytes, storedAt});
        storedAt += extent.sizeBytes;
    }
}

std::vector<StoredFile::Run>::const_iterator StoredFile::runEndingBehind(
    std::uint64_t offset) const noexcept {
    return std::ranges::upper_bound(runs_, offset, {}, &Run::end);
}

std::size_t StoredFile::readAt(std::uint64_t offset, base::MutableBytes to) {
    if (offset >= sizeBytes_) return 0;
    to = to.first(static_cast<std::size_t>(std::min<std::uint64_t>(to.size(), sizeBytes_ - offset)));
    std::size_t done = 0;
    for (auto run = runEndingBehind(offset); done < to.size(); ++run) {
        const std::uint64_t at = offset + done;
        const std::uint64_t dataAt = run == runs_.end() ? sizeBytes_ : std::max(run->offset, at);
        const auto hole = static_cast<std::size_t>(std::min<std::uint64_t>(dataAt - at, to.size() - done));
        std::ranges::fill(to.subspan(done, hole), base::Byte{0});
        done += hole;
        if (done == to.size() || run == runs_.end()) break;
        const auto data =
            static_cast<std::size_t>(std::min<std::uint64_t>(run->end() - dataAt, to.size() - done));
        readStored(run->storedAt + (dataAt - run->offset), to.subspan(done, data));
        done += data;
    }
    return to.size();
}

void StoredFile::readStored(std::uint64_t storedAt, base::MutableBytes to) {
    fetchAhead(storedAt, storedAt + to.size());
    while (!to.empty()) {
        const auto place = placeOf(storedAt);
        const ChunkCache::Chunk chunk = chunks_.get(place.chunk);
        const auto from = static_cast<std::size_t>(storedAt - place.offset);
        const std::size_t count = std::min(chunk->size() - from, to.size());
        std::copy_n(chunk->begin() + static_cast<std::ptrdiff_t>(from), count, to.begin());
        to = to.subspan(count);
        storedAt += count;
    }
}

/// The chunk that holds this byte.
vault::ContentCursor::Place StoredFile::placeOf(std::uint64_t storedAt) {
    const auto holds = [&](const vault::ContentCursor::Place& place) {
        return storedAt >= place.offset && storedAt - place.offset < place.chunk.contentBytes;
    };
    const std::lock_guard lock(mutex_);
    if (holds(last_)) return last_;
    auto next = cursor_.next();
    if (!next || !holds(*next)) {
        cursor_.seek(storedAt);
        next = cursor_.next();
    }
    if (!next || !holds(*next)) {
        throw base::Error(base::ErrorKind::Corrupt, "MOUNT-0009",
                          "The restore point holds less of a file than it says",
                          "Run 'hbr verify --depth data' to see what is affected, then 'hbr repair'.");
    }
    last_ = *next;
    return last_;
}

/// Asks for the chunks behind what is read, if reading goes on where it was.
void StoredFile::fetchAhead(std::uint64_t storedAt, std::uint64_t end) {
    const std::lock_guard lock(mutex_);
    if (storedAt > sequentialEnd_ + kDisorderBytes || storedAt + kDisorderBytes < sequentialEnd_) {
        sequentialFrom_ = storedAt;
        sequentialEnd_ = end;
        aheadEnd_ = end;
        ahead_.seek(end);
        return;
    }
    sequentialEnd_ = std::max(sequentialEnd_, end);
    const std::uint64_t goal = sequentialEnd_ + std::min(sequentialEnd_ - sequentialFrom_, kMostAheadBytes);
    while (aheadEnd_ < goal) {
        const auto next = ahead_.next();
        if (!next) {
            aheadEnd_ = goal;
            return;
        }
        aheadEnd_ = next->offset + next->chunk.contentBytes;
        if (aheadEnd_ > end) chunks_.fetchAhead(next->chunk);
    }
}

std::optional<std::uint64_t> StoredFile::nextData(std::uint64_t offset) const {
    const auto run = runEndingBehind(offset);
    if (run == runs_.end()) return std::nullopt;
    return std::max(run->offset, offset);
}

std::uint64_t StoredFile::nextHole(std::uint64_t offset) const {
    for (auto run = runEndingBehind(offset); run != runs_.end() && run->offset <= offset; ++run)
        offset = run->end();
    return std::min(offset, sizeBytes_);
}

}  // namespace mount
