// SPDX-License-Identifier: Apache-2.0
// link_table.hpp: remembers the first name of files that have several names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.hpp"

namespace connectors::files {

/// The first names of files with several names, each until all of its names were seen. Compact, because the
/// other names may lie outside the sources, and such a file is remembered to the end: about 40 bytes and the
/// name for each.
class LinkTable final {
public:
    LinkTable();

    /// The key that was first seen for this file, if any.
    [[nodiscard]] std::optional<std::string> firstName(const platform::FileStatus& status) const;

    /// Takes note of the first of `status.linkCount` names.
    void addFirst(const platform::FileStatus& status, std::string_view key);

    /// Takes note of another name of a file that firstName() knows; forgets the file with the last of its
    /// names.
    void addOther(const platform::FileStatus& status);

    [[nodiscard]] std::size_t size() const noexcept { return used_; }

private:
    struct Slot {
        std::uint64_t volumeId = 0;
        std::uint64_t fileId = 0;
        std::uint64_t nameAt = 0;     // in names_
        std::uint32_t namesLeft = 0;  // 0: the slot is free
    };

    [[nodiscard]] std::size_t home(const Slot& slot) const noexcept;
    [[nodiscard]] std::size_t find(const platform::FileStatus& status) const noexcept;
    void insert(const Slot& slot) noexcept;
    void erase(std::size_t at) noexcept;
    void grow();
    std::uint64_t storeName(std::string_view key);
    [[nodiscard]] std::string nameAt(std::uint64_t place) const;
    void dropDeadNames();

    std::vector<Slot> slots_;  // open addressing; the size is a power of two
    std::size_t used_ = 0;
    // Records: offset of the folder's text and size of the name (8 and 4 bytes), then the name. A folder's
    // text: its size (4 bytes), then the text; names that follow one another in one folder share it.
    std::string names_;
    std::uint64_t folderAt_ = 0;
    std::string folder_;
    std::uint64_t deadBytes_ = 0;
};

}  // namespace connectors::files
