// SPDX-License-Identifier: Apache-2.0
// restore_plan.hpp: which objects a restore takes and where each goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/exclude_rules.hpp"
#include "connectors/files/files_restore.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// Answers from a restore's options. Read-only after it is made.
class RestorePlan final {
public:
    /// Throws Error (Invalid, "FILES-0020") when a subtree is no absolute path.
    RestorePlan(const platform::FileSystem& fileSystem, const RestoreOptions& options);

    /// Whether an object is to be restored.
    enum class Part {
        No,
        Above,  // a folder on the way to what is selected: restored when something below it is
        Yes,
    };
    [[nodiscard]] Part partOf(std::string_view key, bool isFolder) const;

    /// The selected subtrees, ascending, none inside another; one empty key for everything.
    [[nodiscard]] const std::vector<std::string>& selectedKeys() const noexcept { return subtrees_; }

    /// The names below the target at which the object is restored; nothing when too few names are left after
    /// stripping. Throws Error (Invalid, "FILES-0021") for a name that could lead elsewhere, such as "..".
    [[nodiscard]] std::optional<std::vector<std::string>> destinationOf(std::string_view key) const;

private:
    [[nodiscard]] bool isChosen(std::string_view key, bool isFolder) const;

    std::vector<std::string> subtrees_;
    ExcludeRules includes_;
    ExcludeRules excludes_;
    const std::size_t stripComponents_;
    const bool isInFolder_;
    const bool hasDrives_;
};

}  // namespace connectors::files
