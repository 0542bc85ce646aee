// SPDX-License-Identifier: Apache-2.0
#include "agent/app/restore_passes.hpp"

#include <algorithm>
#include <map>

#include "platform/base/error.hpp"

namespace app {

namespace {

/// Passes single objects on under another key: the content of a hard link whose first name is not selected.
class RenamedObjects final : public connectors::RestoreTarget {
public:
    RenamedObjects(connectors::RestoreTarget& target, std::map<std::string, std::string> keys)
        : target_(target), keys_(std::move(keys)) {}

    connectors::RestoreAction accept(const connectors::ObjectHeader& header) override {
        const auto renamed = keys_.find(header.key);
        if (renamed == keys_.end()) return {connectors::RestoreDecision::Skipped, nullptr};
        connectors::ObjectHeader copy = header;
        copy.key = renamed->second;
        return target_.accept(copy);
    }

    void finish(const std::function<void(std::string_view, const base::Error&)>&) override {
        // The whole target is finished once, after every pass.
    }

private:
    connectors::RestoreTarget& target_;
    const std::map<std::string, std::string> keys_;
};

void addOutcome(engine::RestoreOutcome& to, engine::RestoreOutcome from) {
    to.faultCount += from.faultCount;
    to.objects += from.objects;
    // Each pass counts by itself, and they meet mostly the same packs.
    to.healedPacks = std::max(to.healedPacks, from.healedPacks);
    for (engine::Fault& fault : from.faults) {
        if (to.faults.size() < engine::FaultLog::kAtHand) to.faults.push_back(std::move(fault));
    }
}

}  // namespace

void refuseAbsentPaths(vault::Vault& vault, const vault::PointRecord& point,
                       const std::vector<std::string>& keys) {
    vault::ChunkReader reader(vault);
    vault::TreeCursor cursor(reader, vault::TreeRoot{point.root, point.treeLevels});
    for (const std::string& key : keys) {
        if (key.empty()) continue;
        cursor.seek(key);
        if (cursor.next() && engine::isAtOrBelow(cursor.key(), key)) continue;
        throw base::Error(base::ErrorKind::NotFound, "CLI-0032",
                          "The restore point holds no '" + engine::displayPath(key) + "'",
                          "'hbr browse' shows what is in it, and 'hbr find' where a file is.");
    }
}

engine::RestoreOutcome restoreFiles(vault::Vault& vault, const engine::RestoreRequest& request,
                                    connectors::files::FilesRestore& target, engine::Progress& progress,
                                    const base::CancelToken& cancel) {
    target.openTarget();
    engine::RestoreOutcome outcome = engine::runRestore(vault, request, target, progress, cancel);
    for (auto needs = target.missingLinkTargets(); !needs.empty(); needs = target.missingLinkTargets()) {
        engine::RestoreRequest again{request.point, {}, request.workers};
        std::map<std::string, std::string> keys;
        for (const auto& need : needs) {
            again.subtrees.push_back(need.targetKey);
            keys.emplace(need.targetKey, need.key);
        }
        RenamedObjects renamed(target, std::move(keys));
        addOutcome(outcome, engine::runRestore(vault, again, renamed, progress, cancel));
    }
    engine::finishRestore(target, progress, outcome);
    return outcome;
}

}  // namespace app
