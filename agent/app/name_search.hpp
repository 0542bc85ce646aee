// SPDX-License-Identifier: Apache-2.0
// name_search.hpp: what 'hbr find' looks for, and a walk over many restore points that looks at nothing
// twice.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/tree.hpp"
#include "connectors/files/glob_pattern.hpp"
#include "platform/base/cancel.hpp"

namespace app {

/// Plain text is found in any part of a name, whatever the case of its ASCII letters; a pattern must match
/// the whole name; with a
/// '/' the whole path.
class NameMatcher final {
public:
    explicit NameMatcher(const std::string& text);

    [[nodiscard]] bool matches(std::string_view key) const;

private:
    std::string plain_;  // lower case
    std::optional<connectors::files::GlobPattern> name_;
    std::optional<connectors::files::PathPattern> path_;
};

/// Finds the versions of objects. Restore points share most nodes of their trees, so each node is read once,
/// in the first point that has it. Not thread-safe.
class NameSearch final {
public:
    using Found = std::function<void(const vault::TreeEntry& entry)>;

    NameSearch(vault::Vault& vault, const NameMatcher& matcher)
        : vault_(vault), reader_(vault), matcher_(matcher) {}

    /// Calls back for every match in the point that was not there in the points searched before.
    void search(const vault::PointRecord& point, const Found& found, const base::CancelToken& cancel);

private:
    void visit(const vault::ChunkId& node, unsigned level, const Found& found,
               const base::CancelToken& cancel);
    [[nodiscard]] bool isNew(const vault::TreeEntry& entry);

    vault::Vault& vault_;
    vault::ChunkReader reader_;
    const NameMatcher& matcher_;
    std::unordered_set<vault::ChunkId> visited_;
    std::unordered_set<vault::ChunkId> versions_;  // hashes of matches told
};

}  // namespace app
