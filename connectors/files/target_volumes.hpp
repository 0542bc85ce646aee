// SPDX-License-Identifier: Apache-2.0
// target_volumes.hpp: the file systems that a restore writes to, and how what it wrote there becomes durable.
//
// A restore that says it is done has to survive a power cut. Flushing each of a million small files costs
// many times what writing them costs, so a whole file system is flushed once, at the end, where the system
// and our rights allow that; elsewhere each file is flushed before it gets its name, and each folder at its
// end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "connectors/files/restore_report.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// Thread-safe.
class TargetVolumes final {
public:
    enum class FlushRule { AtTheEnd, EachFile };

    /// How to treat what is written to the file system that `folder` lies on.
    [[nodiscard]] FlushRule ruleFor(std::uint64_t volumeId, const platform::Directory& folder);

    /// Returns once everything that was written is on stable storage, as far as ruleFor() said AtTheEnd. What
    /// fails is reported.
    void flush(const RestoreReport::OnFault& fail);

private:
    std::mutex mutex_;                                                            // guards flushers_
    std::map<std::uint64_t, std::unique_ptr<platform::VolumeFlusher>> flushers_;  // nullptr: each file
};

}  // namespace connectors::files
