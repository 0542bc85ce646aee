// SPDX-License-Identifier: Apache-2.0
// restore_report.hpp: passes on what a restore has to say, from any of its threads.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/files/files_restore.hpp"
#include "platform/base/error.hpp"

namespace connectors::files {

/// Thread-safe.
class RestoreReport final {
public:
    using OnWarning = std::function<void(std::string_view key, const std::string& sentence)>;
    using OnFault = std::function<void(std::string_view key, const base::Error&)>;

    explicit RestoreReport(OnWarning onWarning) : onWarning_(std::move(onWarning)) {}

    void warn(std::string_view key, const std::string& sentence) {
        const std::lock_guard lock(mutex_);
        if (onWarning_) onWarning_(key, sentence);
    }

    /// Keeps a fault that came up outside accept() and the writers, until finish().
    void addFault(std::string_view key, const base::Error& error) {
        const std::lock_guard lock(mutex_);
        faults_.emplace_back(key, error);
    }

    void passFaultsTo(const OnFault& fail) {
        std::vector<std::pair<std::string, base::Error>> faults;
        {
            const std::lock_guard lock(mutex_);
            faults.swap(faults_);
        }
        for (const auto& [key, error] : faults) fail(key, error);
    }

private:
    std::mutex mutex_;  // guards what follows
    const OnWarning onWarning_;
    std::vector<std::pair<std::string, base::Error>> faults_;
};

}  // namespace connectors::files
