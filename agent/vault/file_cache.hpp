// SPDX-License-Identifier: Apache-2.0
// file_cache.hpp: keeps the files that were read last open, because a restore reads many ranges of few packs.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "platform/file_system.hpp"

namespace vault {

/// Open files by path, least recently used out first. Thread-safe. Files handed out are used for readAt()
/// only, which several threads may call at once.
class FileCache final {
public:
    static constexpr std::size_t kCapacity = 64;

    explicit FileCache(const platform::FileSystem& fileSystem) : fileSystem_(fileSystem) {}

    /// Throws what FileSystem::openForReading() throws.
    std::shared_ptr<platform::File> open(const std::string& path);

    /// Closes a file that is about to be removed or replaced.
    void forget(const std::string& path);

private:
    using Order = std::list<std::pair<std::string, std::shared_ptr<platform::File>>>;

    const platform::FileSystem& fileSystem_;
    std::mutex mutex_;  // guards everything below
    Order order_;
    std::unordered_map<std::string, Order::iterator> places_;
};

}  // namespace vault
