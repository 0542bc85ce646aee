// SPDX-License-Identifier: Apache-2.0
// file_system.cpp: the parts of the file system interface that are the same everywhere.
#include "platform/file_system.hpp"

#include <algorithm>
#include <limits>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace platform {

namespace {

/// Eight bytes of a name as a number that sorts as they do; missing bytes count as zeros.
std::uint64_t sortKey(std::string_view name) noexcept {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        key = (key << 8) | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0U);
    }
    return key;
}

std::size_t commonLength(std::string_view a, std::string_view b) noexcept {
    const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
    return static_cast<std::size_t>(end - a.begin());
}

base::Error noStreamsError(std::string_view name) {
    return {base::ErrorKind::Unsupported, "FS-0026",
            "There is no place for the alternate data stream '" + base::printable(name) + "'",
            "Only NTFS on Windows keeps such streams; restore there to get it."};
}

}  // namespace

std::unique_ptr<File> StreamOwner::openStream(std::string_view name) const { throw noStreamsError(name); }

std::unique_ptr<File> StreamOwner::createStream(std::string_view name) const { throw noStreamsError(name); }

void DirectoryListing::add(std::string_view name, FileType type) {
    if (name.size() > std::numeric_limits<std::uint32_t>::max() - names_.size()) {
        throw base::Error(base::ErrorKind::Exhausted, "FS-0011", "A folder has more names than HBR can list",
                          "Spread its files over several folders.");
    }
    entries_.push_back(
        {static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name.size()), type});
    names_.append(name);
}

void DirectoryListing::sortByName() {
    const auto nameOf = [this](const Entry& entry) {
        return std::string_view(names_.data() + entry.nameOffset, entry.nameSizeBytes);
    };
    const auto isBefore = [&nameOf](const Entry& a, const Entry& b) { return nameOf(a) < nameOf(b); };
    if (std::is_sorted(entries_.begin(), entries_.end(), isBefore)) return;

    // Names in large folders tend to begin alike ("img_0001", ...), so the eight bytes behind what all have
    // in common decide nearly every comparison, without a visit to the names.
    std::size_t common = entries_.front().nameSizeBytes;
    for (const Entry& entry : entries_) {
        common = std::min(common, commonLength(nameOf(entries_.front()).substr(0, common), nameOf(entry)));
    }
    struct Keyed {
        std::uint64_t key;
        Entry entry;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(entries_.size());
    for (const Entry& entry : entries_) keyed.push_back({sortKey(nameOf(entry).substr(common)), entry});
    std::sort(keyed.begin(), keyed.end(), [&isBefore](const Keyed& a, const Keyed& b) {
        return a.key != b.key ? a.key < b.key : isBefore(a.entry, b.entry);
    });
    std::transform(keyed.begin(), keyed.end(), entries_.begin(),
                   [](const Keyed& each) { return each.entry; });
}

}  // namespace platform
