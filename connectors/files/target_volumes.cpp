// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/target_volumes.hpp"

#include <utility>

#include "platform/base/error.hpp"

namespace connectors::files {

TargetVolumes::FlushRule TargetVolumes::ruleFor(std::uint64_t volumeId, const platform::Directory& folder) {
    const auto ruleOf = [](const std::unique_ptr<platform::VolumeFlusher>& flusher) {
        return flusher ? FlushRule::AtTheEnd : FlushRule::EachFile;
    };
    {
        const std::lock_guard lock(mutex_);
        const auto known = flushers_.find(volumeId);
        if (known != flushers_.end()) return ruleOf(known->second);
    }
    auto flusher = folder.volumeFlusher();
    const std::lock_guard lock(mutex_);
    return ruleOf(flushers_.try_emplace(volumeId, std::move(flusher)).first->second);
}

void TargetVolumes::flush(const RestoreReport::OnFault& fail) {
    std::map<std::uint64_t, std::unique_ptr<platform::VolumeFlusher>> flushers;
    {
        const std::lock_guard lock(mutex_);
        flushers.swap(flushers_);
    }
    for (const auto& [volumeId, flusher] : flushers) {
        try {
            if (flusher) flusher->flush();
        } catch (const base::Error& error) {
            fail({}, error);
        }
    }
}

}  // namespace connectors::files
