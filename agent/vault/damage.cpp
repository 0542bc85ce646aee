// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/damage.hpp"

#include "agent/vault/tree.hpp"

namespace vault {

namespace {

/// Walks one tree, around its holes.
class DamageWalk final {
public:
    DamageWalk(Vault& vault, const DamageMap& lost, const base::CancelToken& cancel)
        : vault_(vault), lost_(lost), cancel_(cancel), reader_(vault) {}

    PointDamage run(const PointRecord& point) {
        damage_.point = point.id;
        if (point.treeLevels > 0) walk(point.root.id, point.treeLevels - 1);
        damage_.isFaultListLost = !isContentWhole(point.faultList);
        return damage_;
    }

private:
    /// Nothing when the chunk is lost, absent or unreadable.
    std::optional<base::Bytes> readIfWhole(const ChunkId& id) {
        if (!isWhole(id)) return std::nullopt;
        try {
            return reader_.read(id);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            return std::nullopt;
        }
    }

    bool isWhole(const ChunkId& id) {
        const auto at = vault_.index().find(id);
        return at && !lost_.isLost(id, *at);
    }

    void walk(const ChunkId& id, unsigned level) {
        cancel_.throwIfCancelled();
        const auto node = readIfWhole(id);
        if (!node) {
            ++damage_.unknownParts;
            return;
        }
        try {
            if (level > 0) {
                forEachChild(*node, [&](const TreeChild& child) { walk(child.id, level - 1); });
            } else {
                forEachEntry(*node, [&](const TreeEntry& entry) { check(entry); });
            }
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            ++damage_.unknownParts;
        }
    }

    void check(const TreeEntry& entry) {
        if (!entry.content || isContentWhole(*entry.content)) return;
        ++damage_.objects;
        if (damage_.firstObjects.size() < kListedObjects) damage_.firstObjects.push_back(entry.key);
    }

    bool isContentWhole(const ContentRef& content) {
        try {
            return areRefsWhole(content.refs, content.depth);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            return false;  // a list of chunks that makes no sense
        }
    }

    bool areRefsWhole(const std::vector<ChunkRef>& refs, unsigned depth) {
        for (const ChunkRef& ref : refs) {
            if (depth == 0) {
                if (!isWhole(ref.id)) return false;
                continue;
            }
            const auto list = readIfWhole(ref.id);
            if (!list) return false;
            base::Decoder decoder(*list);
            if (!areRefsWhole(decodeRefs(decoder), depth - 1)) return false;
        }
        return true;
    }

    Vault& vault_;
    const DamageMap& lost_;
    const base::CancelToken& cancel_;
    ChunkReader reader_;
    PointDamage damage_;
};

}  // namespace

PointDamage findPointDamage(Vault& vault, const PointRecord& point, const DamageMap& lost,
                            const base::CancelToken& cancel) {
    return DamageWalk(vault, lost, cancel).run(point);
}

}  // namespace vault
