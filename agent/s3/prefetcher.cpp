// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/prefetcher.hpp"

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/worker_threads.hpp"

namespace s3 {

namespace {

/// How far back it is remembered how much of what was fetched was wanted.
constexpr std::uint64_t kRememberedBytes = 64 * Prefetcher::kBlockBytes;

/// True when most of several blocks is wanted at once, as at the beginning of a restore.
template <typename Wanted>
bool isMostOfBlocks(const Wanted& wanted) {
    std::uint64_t bytes = 0;
    for (const auto& [place, ranges] : wanted) {
        for (const vault::ObjectRange& range : ranges) bytes += range.sizeBytes;
    }
    return wanted.size() > 1 && 2 * bytes > wanted.size() * Prefetcher::kBlockBytes;
}

}  // namespace

Prefetcher::Prefetcher(Fetch fetch, std::size_t threads, std::size_t budgetBytes)
    : fetch_(std::move(fetch)), threadCount_(threads), budgetBytes_(budgetBytes) {}

Prefetcher::~Prefetcher() {
    {
        const std::lock_guard lock(mutex_);
        isClosed_ = true;
    }
    changed_.notify_all();
    threads_.clear();
}

void Prefetcher::announce(const std::vector<vault::ObjectRange>& ranges) {
    if (ranges.empty()) return;
    // Blocks in the order in which they are first wanted.
    std::vector<std::pair<Place, std::vector<vault::ObjectRange>>> wanted;
    std::map<Place, std::size_t> places;
    for (const vault::ObjectRange& range : ranges) {
        const std::uint64_t begin = range.offset / kBlockBytes * kBlockBytes;
        if (range.sizeBytes == 0 || range.offset + range.sizeBytes > begin + kBlockBytes) continue;
        const auto [place, isNew] = places.try_emplace({range.name, begin}, wanted.size());
        if (isNew) wanted.push_back({place->first, {}});
        wanted[place->second].second.push_back(range);
    }
    const bool asWhole = isMostOfBlocks(wanted);
    const std::lock_guard lock(mutex_);
    for (auto& [place, parts] : wanted) plan(place, std::move(parts), asWhole);
    if (threads_.empty()) startThreads();
    changed_.notify_all();
}

void Prefetcher::startThreads() {
    try {
        threads_ = base::startWorkers(threadCount_, [this] { run(); });
    } catch (const base::Error&) {
        // The system starts no more. Those who read fetch for themselves.
    }
}

/// Ranges of one object and one block. Much of it is fetched as a whole, in one request: what lies between is
/// likely to be wanted next, and more requests cost more than the transfer.
void Prefetcher::plan(const Place& place, std::vector<vault::ObjectRange> ranges, bool asWhole) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
    std::size_t wanted = 0;
    std::vector<vault::ObjectRange> missing;
    for (vault::ObjectRange& range : ranges) {
        if (const BlockRef known = find(place.first, range.offset, range.offset + range.sizeBytes)) {
            expectRead(*known, range.offset);
            if (known->sizeBytes == kBlockBytes) countWanted(0, range.sizeBytes);
        } else {
            wanted += range.sizeBytes;
            missing.push_back(std::move(range));
        }
    }
    if (missing.empty()) return;
    std::size_t seen = wanted;
    if (const auto object = blocks_.find(place.first); object != blocks_.end()) {
        for (const BlockRef& block : object->second) seen += block->sizeBytes;
    }
    if (seen >= kWholeFromBytes || asWhole || isMostWanted()) {
        countWanted(kBlockBytes, wanted);
        addBlock({place.first, place.second, kBlockBytes});
    } else {
        addNearTogether(missing);
    }
    for (const vault::ObjectRange& range : missing) {
        find(range.name, range.offset, range.offset + range.sizeBytes)->unread.insert(range.offset);
    }
}

void Prefetcher::addNearTogether(const std::vector<vault::ObjectRange>& ranges) {
    vault::ObjectRange together = ranges.front();
    for (const vault::ObjectRange& range : ranges) {
        const std::uint64_t end = together.offset + together.sizeBytes;
        if (range.offset > end + kGapBytes) {
            addBlock(together);
            together = range;
            continue;
        }
        const std::uint64_t newEnd = std::max(end, range.offset + range.sizeBytes);
        together.sizeBytes = static_cast<std::size_t>(newEnd - together.offset);
    }
    addBlock(together);
}

void Prefetcher::countWanted(std::size_t fetchedBytes, std::size_t wantedBytes) {
    wholeBytes_ += fetchedBytes;
    wantedBytes_ += wantedBytes;
    if (wholeBytes_ <= kRememberedBytes) return;
    wholeBytes_ /= 2;
    wantedBytes_ /= 2;
}

/// True while whole objects are being read, as by a full restore: the rest of one of which little has been
/// announced so far will most likely follow.
bool Prefetcher::isMostWanted() const noexcept {
    return wholeBytes_ >= 2 * kBlockBytes && 2 * wantedBytes_ > wholeBytes_;
}

void Prefetcher::addBlock(const vault::ObjectRange& range) {
    auto block = std::make_shared<Block>(
        Block{range.name, range.offset, range.sizeBytes, {}, {}, {}, 0, State::Queued, nullptr, 0});
    blocks_[range.name].push_back(block);
    queue_.push_back(std::move(block));
}

std::optional<std::uint64_t> Prefetcher::sizeOf(const std::string& name) {
    std::unique_lock lock(mutex_);
    const BlockRef block = find(name, 0, 1);
    if (!block) return std::nullopt;
    fetchIfQueued(block, lock);
    if (block->state != State::Ready || block->content->size() == block->sizeBytes) return std::nullopt;
    return block->content->size();
}

Prefetcher::BlockRef Prefetcher::find(const std::string& name, std::uint64_t offset,
                                      std::uint64_t end) const {
    const auto object = blocks_.find(name);
    if (object == blocks_.end()) return nullptr;
    for (const BlockRef& block : object->second) {
        if (offset >= block->offset && end <= block->offset + block->sizeBytes) return block;
    }
    return nullptr;
}

bool Prefetcher::take(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    std::unique_lock lock(mutex_);
    const BlockRef block = find(name, offset, offset + to.size());
    if (!block) return false;
    fetchIfQueued(block, lock);
    const auto from = static_cast<std::size_t>(offset - block->offset);
    if (block->state != State::Ready || block->content->size() < from + to.size()) return false;
    const auto content = block->content;
    block->lastUse = ++uses_;
    block->readBytes += to.size();
    block->unread.erase(offset);
    block->announcedAgain.erase(offset);
    block->read.insert(offset);
    if (worthOf(*block) != Worth::Much) changed_.notify_all();  // there is room
    lock.unlock();
    std::copy_n(content->begin() + static_cast<std::ptrdiff_t>(from), to.size(), to.begin());
    return true;
}

/// For a reader, who waits for nothing but the answer.
void Prefetcher::fetchIfQueued(const BlockRef& block, std::unique_lock<std::mutex>& lock) {
    if (block->state == State::Queued) {
        makeRoom(block->sizeBytes, Push::Any);
        fetch(block, lock);
    }
    changed_.wait(lock, [&] { return block->state != State::UnderWay; });
}

void Prefetcher::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        while (!queue_.empty() && queue_.front()->state != State::Queued) queue_.pop_front();
        if (isClosed_) return;
        if (queue_.empty() || !makeRoom(queue_.front()->sizeBytes, Push::ReadOnly)) {
            changed_.wait(lock);
            continue;
        }
        const BlockRef block = queue_.front();
        queue_.pop_front();
        fetch(block, lock);
    }
}

/// Fetches a queued block, without the lock meanwhile. What fails is forgotten: whoever needs it reads it by
/// himself, and meets the error.
void Prefetcher::fetch(const BlockRef& block, std::unique_lock<std::mutex>& lock) {
    block->state = State::UnderWay;
    heldBytes_ += block->sizeBytes;
    lock.unlock();
    std::optional<base::Bytes> content;
    try {
        content = fetch_(block->name, block->offset, block->sizeBytes);
    } catch (...) {
        static_cast<void>(base::currentError());
    }
    lock.lock();
    if (content && block->state == State::UnderWay) {
        block->content = std::make_shared<const base::Bytes>(std::move(*content));
        block->state = State::Ready;
        block->lastUse = ++uses_;
    } else {
        heldBytes_ -= block->sizeBytes;
        drop(block);
    }
    changed_.notify_all();
}

void Prefetcher::expectRead(Block& block, std::uint64_t offset) {
    (block.read.contains(offset) ? block.announcedAgain : block.unread).insert(offset);
}

/// A part that was announced once more after it was read may never be asked for again: its reader has kept
/// it. So what was read from end to end is worth little even then.
Prefetcher::Worth Prefetcher::worthOf(const Block& block) {
    if (!block.unread.empty()) return Worth::Much;
    const bool isReadThrough = block.readBytes >= block.content->size() / 10 * 9;
    if (block.announcedAgain.empty()) return isReadThrough ? Worth::None : Worth::Little;
    return isReadThrough ? Worth::Little : Worth::Much;
}

/// False when there is no room that may be had. What was read from end to end goes first, then what has been
/// read as far as was announced, and last, if at all, what is still to be read; that is fetched again, as a
/// whole.
bool Prefetcher::makeRoom(std::size_t sizeBytes, Push push) {
    const auto rank = [&](const Block& block) { return std::pair(worthOf(block), block.lastUse); };
    while (heldBytes_ != 0 && heldBytes_ + sizeBytes > budgetBytes_) {
        BlockRef least;
        for (const auto& [name, blocks] : blocks_) {
            for (const BlockRef& block : blocks) {
                if (block->state != State::Ready) continue;
                if (push == Push::ReadOnly && worthOf(*block) == Worth::Much) continue;
                if (!least || rank(*block) < rank(*least)) least = block;
            }
        }
        if (!least) return false;
        heldBytes_ -= least->sizeBytes;
        if (worthOf(*least) != Worth::Much) {
            drop(least);
        } else {
            least->state = State::Queued;  // it will be wanted, and then all of it at once
            least->content.reset();
            queue_.push_back(least);
        }
    }
    return true;
}

void Prefetcher::drop(const BlockRef& block) {
    block->state = State::Gone;
    block->content.reset();
    const auto object = blocks_.find(block->name);
    if (object == blocks_.end()) return;
    std::erase(object->second, block);
    if (object->second.empty()) blocks_.erase(object);
}

void Prefetcher::remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto object = blocks_.find(name);
    if (object == blocks_.end()) return;
    for (const BlockRef& block : std::vector<BlockRef>(object->second)) {
        if (block->state == State::Ready) heldBytes_ -= block->sizeBytes;
        drop(block);  // one under way finds itself gone
    }
    changed_.notify_all();
}

}  // namespace s3
