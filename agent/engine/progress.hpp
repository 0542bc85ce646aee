// SPDX-License-Identifier: Apache-2.0
// progress.hpp: what a running job tells those who watch it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace engine {

/// Counters of one job. Written by its threads, read by any.
class Progress final {
public:
    std::atomic<std::uint64_t> objectsDone = 0;
    std::atomic<std::uint64_t> objectsTotal = 0;  // as far as known
    std::atomic<std::uint64_t> bytesDone = 0;     // logical: of the objects that are done
    std::atomic<std::uint64_t> bytesTotal = 0;
    std::atomic<std::uint64_t> bytesRead = 0;    // from the source (backup) or the vault (restore, verify)
    std::atomic<std::uint64_t> bytesNew = 0;     // not in the vault before, uncompressed
    std::atomic<std::uint64_t> bytesStored = 0;  // written to the vault, or to the target
    std::atomic<std::uint64_t> faults = 0;
    /// What the job is at beside its usual work, a literal; nullptr for that work.
    std::atomic<const char*> stage = nullptr;

    void setCurrent(std::string_view object) {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (lock.owns_lock()) current_.assign(object);  // a display that is one object behind harms nobody
    }
    [[nodiscard]] std::string current() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }

private:
    mutable std::mutex mutex_;  // guards current_
    std::string current_;
};

}  // namespace engine
