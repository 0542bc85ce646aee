// SPDX-License-Identifier: Apache-2.0
// agent_settings.hpp: the settings of the agent itself: where its page is reached, and by which password.
//
// They lie in "<config folder>/agent.conf", readable by its owner only. A key that this version does not know
// is kept as it is and warned about, so that an older program does no harm to the settings of a newer one.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/password_hash.hpp"
#include "agent/config/unlock_key.hpp"
#include "platform/file_system.hpp"

namespace config {

inline constexpr std::uint16_t kDefaultPort = 8011;
inline constexpr const char* kLoopback = "127.0.0.1";

/// What a certificate made of this machine.
struct RegisteredClient {
    std::string id;           // hex, the client's
    std::string name;         // by which its backups are known
    std::string vault;        // its name in the vault book
    std::string network;      // "vpc", "classic" or "public"
    std::string issuer;       // the fingerprint of who signed the certificate
    std::string certificate;  // hex, the certificate's id
    std::string since;        // when the newest certificate was taken, RFC 3339

    bool operator==(const RegisteredClient&) const = default;
};

struct AgentSettings {
    std::uint16_t port = kDefaultPort;      // 0 for any that is free
    std::string listenAddress = kLoopback;  // an IPv4 or IPv6 address; "0.0.0.0" or "::" for all of them
    std::string certificateFile;            // PEM; empty for one of our own making
    std::string keyFile;                    // PEM; set if and only if the certificate's is
    std::vector<std::string> hostNames;     // by which people reach the page, besides this machine's own
    std::optional<PasswordHash> password;   // nothing until somebody sets one
    std::optional<UnlockSeal> unlockSeal;   // of the key that access keys are encrypted with, if any are
    std::optional<RegisteredClient> registration;
    std::vector<std::string> trustedIssuers;  // fingerprints; none: the first certificate decides
    std::vector<std::pair<std::string, std::string>> unknown;

    /// A console may register this agent from another machine: it is new, and knows whom to believe.
    [[nodiscard]] bool awaitsActivation() const {
        return !password && !registration && !trustedIssuers.empty();
    }

    bool operator==(const AgentSettings&) const = default;
};

/// Seals the unlock key, when there is one, under the new logon password. False when the current one does not
/// open its seal, which then stays. Throws Error (Exhausted, "CONFIG-0005").
bool resealUnlockKey(AgentSettings& settings, std::string_view current, std::string_view wanted);

/// Values that are used instead of those of the file, from options or the environment; texts as given.
struct SettingsOverrides {
    std::optional<std::string> port;
    std::optional<std::string> listenAddress;

    /// HBR_PORT and HBR_LISTEN, where they are set and not empty.
    static SettingsOverrides fromEnvironment(
        const std::function<std::optional<std::string>(const std::string& name)>& environment);
};

/// Puts the overrides into the settings. Throws Error (Invalid, "CONFIG-0003").
AgentSettings overridden(AgentSettings settings, const SettingsOverrides& overrides);

/// agent.conf of one config folder. Thread-safe.
class AgentSettingsFile final {
public:
    /// The file system is not owned and outlives this.
    AgentSettingsFile(const platform::FileSystem& fileSystem, std::string configFolder);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// The settings; those of a new agent when there is no file. Throws Error: Corrupt ("CONFIG-0002") when
    /// it is not a file of settings, Invalid ("CONFIG-0003") when a value makes no sense.
    [[nodiscard]] AgentSettings read() const;

    /// Reads, lets `change` do its work, and writes the outcome, if it differs, whole and durably or not at
    /// all. No other change by this object comes in between.
    AgentSettings update(const std::function<void(AgentSettings&)>& change);

    /// True when the file may hold something else than at the last call; true at the first.
    [[nodiscard]] bool hasChanged();

private:
    void write(const AgentSettings& settings) const;

    const platform::FileSystem& fileSystem_;
    const std::string folder_;
    const std::string path_;
    std::mutex updateMutex_;  // one update at a time
    std::mutex seenMutex_;    // guards seen_
    std::optional<std::optional<platform::FileStatus>> seen_;
};

}  // namespace config
