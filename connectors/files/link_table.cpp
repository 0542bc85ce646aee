// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/link_table.hpp"

#include <algorithm>
#include <utility>

#include "platform/base/bytes.hpp"

namespace connectors::files {

namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::size_t kRecordHeadBytes = 12;
constexpr std::uint64_t kNoFolder = UINT64_MAX;
constexpr std::uint64_t kWorthDropping = base::kMiB;

template <typename Number>
void appendNumber(std::string& to, Number value) {
    base::Byte bytes[sizeof(Number)];
    base::storeLittleEndian<Number>(bytes, value);
    to += base::asText(bytes);
}

template <typename Number>
Number numberAt(const std::string& from, std::size_t at) {
    return base::loadLittleEndian<Number>(reinterpret_cast<const base::Byte*>(from.data()) + at);
}

}  // namespace

LinkTable::LinkTable() : slots_(kFirstSlots), folderAt_(kNoFolder) {}

std::size_t LinkTable::home(const Slot& slot) const noexcept {
    std::uint64_t mixed = (slot.fileId ^ (slot.volumeId << 32) ^ (slot.volumeId >> 32)) * 0x9e3779b97f4a7c15U;
    mixed ^= mixed >> 32;
    return static_cast<std::size_t>(mixed) & (slots_.size() - 1);
}

std::size_t LinkTable::find(const platform::FileStatus& status) const noexcept {
    std::size_t at = home({status.volumeId, status.fileId, 0, 0});
    while (slots_[at].namesLeft != 0) {
        if (slots_[at].fileId == status.fileId && slots_[at].volumeId == status.volumeId) return at;
        at = (at + 1) & (slots_.size() - 1);
    }
    return slots_.size();
}

std::optional<std::string> LinkTable::firstName(const platform::FileStatus& status) const {
    const std::size_t at = find(status);
    if (at == slots_.size()) return std::nullopt;
    return nameAt(slots_[at].nameAt);
}

void LinkTable::addFirst(const platform::FileStatus& status, std::string_view key) {
    if (status.linkCount < 2) return;
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    insert({status.volumeId, status.fileId, storeName(key), status.linkCount - 1});
    ++used_;
}

void LinkTable::addOther(const platform::FileStatus& status) {
    const std::size_t at = find(status);
    if (at == slots_.size() || --slots_[at].namesLeft > 0) return;
    slots_[at].namesLeft = 1;  // a free slot would end the probing of erase()
    deadBytes_ +=
        kRecordHeadBytes + numberAt<std::uint32_t>(names_, static_cast<std::size_t>(slots_[at].nameAt) + 8);
    erase(at);
    --used_;
    if (deadBytes_ > kWorthDropping && deadBytes_ > names_.size() / 2) dropDeadNames();
}

void LinkTable::insert(const Slot& slot) noexcept {
    std::size_t at = home(slot);
    while (slots_[at].namesLeft != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
}

/// Moves later slots of the run back over the gap, so that no marker of a deleted slot is needed.
void LinkTable::erase(std::size_t at) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t gap = at;
    for (std::size_t next = (gap + 1) & mask; slots_[next].namesLeft != 0; next = (next + 1) & mask) {
        const std::size_t wanted = home(slots_[next]);
        if (((next - wanted) & mask) < ((next - gap) & mask)) continue;
        slots_[gap] = slots_[next];
        gap = next;
    }
    slots_[gap] = {};
}

void LinkTable::grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.namesLeft != 0) insert(slot);
    }
}

std::uint64_t LinkTable::storeName(std::string_view key) {
    const std::size_t cut = key.rfind('\0');
    const std::string_view folder =
        cut == std::string_view::npos ? std::string_view() : key.substr(0, cut + 1);
    const std::string_view name = key.substr(folder.size());
    if (folderAt_ == kNoFolder || folder_ != folder) {
        folderAt_ = names_.size();
        folder_ = folder;
        appendNumber(names_, static_cast<std::uint32_t>(folder.size()));
        names_ += folder;
    }
    const std::uint64_t at = names_.size();
    appendNumber(names_, folderAt_);
    appendNumber(names_, static_cast<std::uint32_t>(name.size()));
    names_ += name;
    return at;
}

std::string LinkTable::nameAt(std::uint64_t place) const {
    // Places lie within names_, so they fit the address space.
    const auto at = static_cast<std::size_t>(place);
    const auto folder = static_cast<std::size_t>(numberAt<std::uint64_t>(names_, at));
    std::string key(names_, folder + 4, numberAt<std::uint32_t>(names_, folder));
    return key.append(names_, at + kRecordHeadBytes, numberAt<std::uint32_t>(names_, at + 8));
}

void LinkTable::dropDeadNames() {
    std::vector<Slot*> live;
    for (Slot& slot : slots_) {
        if (slot.namesLeft != 0) live.push_back(&slot);
    }
    // In the order in which they were stored, so that neighbours go on sharing the text of their folder.
    std::sort(live.begin(), live.end(), [](const Slot* a, const Slot* b) { return a->nameAt < b->nameAt; });
    LinkTable fresh;
    for (Slot* const slot : live) slot->nameAt = fresh.storeName(nameAt(slot->nameAt));
    names_ = std::move(fresh.names_);
    folderAt_ = kNoFolder;
    deadBytes_ = 0;
}

}  // namespace connectors::files
