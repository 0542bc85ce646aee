// SPDX-License-Identifier: Apache-2.0
// tree_difference.hpp: what one restore point lists otherwise than another, found without reading what they
// share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/search/path_record.hpp"
#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/point_record.hpp"
#include "platform/base/cancel.hpp"

namespace search {

/// A path whose version differs; there is no version where the path is not.
struct PathChange {
    std::string key;
    std::optional<Version> before;
    std::optional<Version> after;
};

/// Calls back for every path that has another version in `after` than in `before`, in the order of keys;
/// `before` may be nullptr for a point with nothing in it. Nodes that both trees have are not read, and a few
/// are held at once. Throws Error (Corrupt) when a tree is damaged, and what the vault's store throws.
void forEachChange(vault::ChunkReader& reader, const vault::PointRecord* before,
                   const vault::PointRecord& after, const std::function<void(const PathChange&)>& visit,
                   const base::CancelToken& cancel);

}  // namespace search
