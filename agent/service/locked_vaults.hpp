// SPDX-License-Identifier: Apache-2.0
// locked_vaults.hpp: the vaults whose access key is encrypted under the logon password, until somebody enters
// it: their jobs, listings and deletions wait.
//
// Other processes learn of them by a file in the state folder, which says so in words for people, too.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "agent/config/unlock_key.hpp"
#include "agent/config/vault_book.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace service {

/// Whether a vault waits for the logon password; nothing: none ever does.
using IsLocked = std::function<bool(const std::string& vault)>;

/// Not thread-safe.
class LockedVaults final {
public:
    /// References are not owned and outlive it.
    LockedVaults(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                 const std::string& configFolder, const std::string& stateFolder,
                 const config::UnlockKeeper& keeper);

    /// Finds out which vaults wait, as far as anything may have changed, and tells the others.
    void look();

    [[nodiscard]] bool isLocked(const std::string& vault) const { return names_.contains(vault); }
    [[nodiscard]] const std::set<std::string>& names() const noexcept { return names_; }

private:
    [[nodiscard]] std::set<std::string> find();
    void tell() const;

    const platform::FileSystem& fileSystem_;
    const platform::Clock& clock_;
    const std::string bookFolder_;
    const std::string file_;
    const config::UnlockKeeper& keeper_;
    config::VaultBook book_;
    std::set<std::string> names_;
    std::set<std::string> underPassword_;       // as the book was when it was read
    std::optional<platform::FileStatus> seen_;  // the book's folder then
    std::optional<std::chrono::nanoseconds> read_;
    bool isTold_ = false;
};

/// What a running service has told so; nothing when none waits.
std::set<std::string> vaultsThatWait(const platform::FileSystem& fileSystem, const std::string& stateFolder);

}  // namespace service
