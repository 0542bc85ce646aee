// SPDX-License-Identifier: Apache-2.0
// server.hpp: the agent's page and API over HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/config/agent_settings.hpp"
#include "agent/web/limits.hpp"
#include "agent/web/network_use.hpp"
#include "agent/web/page_files.hpp"
#include "agent/web/site.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace web {

/// What a server works with. References are not owned and outlive it.
struct ServerParts {
    const platform::FileSystem& fileSystem;
    const platform::Clock& clock;
    std::string configFolder;  // absolute; agent.conf lies there
    std::string stateFolder;   // absolute; the certificate of the agent's own making lies there
    ApiHandler api;            // called by several threads at once
    std::vector<PageFile> pageFiles = {};
    config::SettingsOverrides overrides = {};
    Limits limits = {};
    /// Told of where the page is found, when that changes, and of what went wrong with it; by any thread.
    std::function<void(const std::string& sentence)> say = [](const std::string&) {};
    /// Learns the key that a logon password opens, when there is one. Not owned.
    config::UnlockKeeper* unlockKeeper = nullptr;
};

/// Listens on this machine's loopback addresses, and once a logon password is set also where the settings
/// say; with TLS there. agent/web/README.md tells the rules. Not thread-safe.
class Server final {
public:
    explicit Server(ServerParts parts);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Serves from its return on. Throws Error: what AgentSettingsFile::read() throws, Busy ("WEB-0001") when
    /// the port is taken, Unavailable ("WEB-0002") when the address cannot be listened on, Invalid
    /// ("WEB-0003") for a certificate that cannot be used.
    void start();

    /// Waits for requests that are being answered, and ends all connections. Does nothing when it is not
    /// started.
    void stop() noexcept;

    /// The port that was found where any was asked for; 0 while it is not started.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Where people find it: "http://localhost:8011", and beyond this machine, with the certificate's
    /// fingerprint. Empty while it is not started.
    [[nodiscard]] std::string place() const;

private:
    class Running;

    const NetworkUse network_;
    const ServerParts parts_;
    std::unique_ptr<Running> running_;
};

}  // namespace web
