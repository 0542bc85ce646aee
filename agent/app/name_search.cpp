// SPDX-License-Identifier: Apache-2.0
#include "agent/app/name_search.hpp"

#include <algorithm>

#include "agent/app/entry_text.hpp"
#include "connectors/files/source_wildcards.hpp"
#include "platform/base/text.hpp"
#include "platform/base/wire.hpp"
#include "platform/timestamp_wire.hpp"

namespace app {

namespace {

char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

}  // namespace

NameMatcher::NameMatcher(const std::string& text) {
    if (text.find('/') != std::string::npos) {
        path_.emplace(text);
    } else if (connectors::files::hasWildcard(text)) {
        name_.emplace(text);
    } else {
        std::transform(text.begin(), text.end(), std::back_inserter(plain_), lower);
    }
}

bool NameMatcher::matches(std::string_view key) const {
    if (path_) return path_->matches(base::split(key, '\0'));
    const std::string_view name = entryName(key);
    if (name_) return name_->matches(name);
    return std::search(name.begin(), name.end(), plain_.begin(), plain_.end(),
                       [](char a, char b) { return lower(a) == b; }) != name.end();
}

bool NameSearch::isNew(const vault::TreeEntry& entry) {
    base::Bytes version;
    base::Encoder encoder(version);
    encoder.string(entry.key);
    encoder.byte(entry.kind);
    encoder.number(entry.sizeBytes);
    platform::encodeTimestamp(encoder, entry.modified);
    encoder.string(entry.target);
    if (entry.content) vault::encodeContent(encoder, *entry.content);
    return versions_.insert(vault_.hasher().idOf(version)).second;
}

void NameSearch::visit(const vault::ChunkId& node, unsigned level, const Found& found,
                       const base::CancelToken& cancel) {
    cancel.throwIfCancelled();
    if (!visited_.insert(node).second) return;
    const base::Bytes bytes = reader_.read(node);
    if (level == 0) {
        vault::forEachEntry(bytes, [&](const vault::TreeEntry& entry) {
            if (matcher_.matches(entry.key) && isNew(entry)) found(entry);
        });
        return;
    }
    vault::forEachChild(bytes,
                        [&](const vault::TreeChild& child) { visit(child.id, level - 1, found, cancel); });
}

void NameSearch::search(const vault::PointRecord& point, const Found& found,
                        const base::CancelToken& cancel) {
    if (point.treeLevels == 0) return;
    visit(point.root.id, point.treeLevels - 1, found, cancel);
}

}  // namespace app
