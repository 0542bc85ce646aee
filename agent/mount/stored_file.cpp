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
      places_(reader, entry.content.value_or(vault::ContentRef{})),
      placesAhead_(reader, entry.content.value_or(vault::ContentRef{})) {
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
        const ContentPlaces::Found place = placeOf(storedAt);
        const ChunkCache::Chunk chunk = chunks_.get(place.ref);
        const auto from = static_cast<std::size_t>(storedAt - place.offset);
        const std::size_t count = std::min(chunk->size() - from, to.size());
        std::copy_n(chunk->begin() + static_cast<std::ptrdiff_t>(from), count, to.begin());
        to = to.subspan(count);
        storedAt += count;
    }
}

/// The chunk that holds this byte.
ContentPlaces::Found StoredFile::placeOf(std::uint64_t storedAt) {
    auto place = places_.find(storedAt);
    if (!place) {
        throw base::Error(base::ErrorKind::Corrupt, "MOUNT-0009",
                          "The restore point holds less of a file than it says",
                          "Run 'hbr verify --depth data' to see what is affected, then 'hbr repair'.");
    }
    if (place->failure) throw base::Error(*place->failure);
    return *std::move(place);
}

/// Asks for the chunks behind what is read, if reading goes on where it was. What cannot be read there is not
/// the reader's trouble: who needs it meets the failure again.
void StoredFile::fetchAhead(std::uint64_t storedAt, std::uint64_t end) {
    const auto [from, goal] = claimAhead(storedAt, end);
    std::uint64_t at = from;
    while (at < goal) {
        const auto place = placesAhead_.find(at);
        if (!place) {
            at = goal;
            break;
        }
        // A chunk that begins before is asked for already.
        if (!place->failure && place->offset >= from) chunks_.fetchAhead(place->ref);
        at = place->end();
    }
    const std::lock_guard lock(mutex_);
    if (aheadEnd_ == goal) aheadEnd_ = std::max(goal, at);
}

/// The part of the content that this call alone asks for: from the first value up to the second.
std::pair<std::uint64_t, std::uint64_t> StoredFile::claimAhead(std::uint64_t storedAt, std::uint64_t end) {
    const std::lock_guard lock(mutex_);
    if (storedAt > sequentialEnd_ + kDisorderBytes || storedAt + kDisorderBytes < sequentialEnd_) {
        sequentialFrom_ = storedAt;
        sequentialEnd_ = end;
        aheadEnd_ = end;
        return {end, end};
    }
    sequentialEnd_ = std::max(sequentialEnd_, end);
    // What is read just now needs no announcement.
    const std::uint64_t from = std::max(aheadEnd_, end);
    const std::uint64_t goal = sequentialEnd_ + std::min(sequentialEnd_ - sequentialFrom_, kMostAheadBytes);
    aheadEnd_ = std::max(aheadEnd_, goal);
    return {from, goal};
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
