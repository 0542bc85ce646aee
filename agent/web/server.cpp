// SPDX-License-Identifier: Apache-2.0
#include "agent/web/server.hpp"

#include <mutex>
#include <utility>

#include "agent/web/host_rules.hpp"
#include "agent/web/listeners.hpp"
#include "agent/web/logon.hpp"
#include "agent/web/own_certificate.hpp"
#include "agent/web/socket_loop.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace web {

namespace {

using config::AgentSettings;

/// What the page may be called, and what its certificate is made out to.
std::vector<std::string> namesOf(const AgentSettings& settings) {
    std::vector<std::string> names = {platform::hostName(), "localhost", config::kLoopback, "::1"};
    if (!isEveryAddress(settings.listenAddress) && !isLoopbackAddress(settings.listenAddress)) {
        names.push_back(settings.listenAddress);
    }
    names.insert(names.end(), settings.hostNames.begin(), settings.hostNames.end());
    return names;
}

std::shared_ptr<const TlsContext> makeTls(const ServerParts& parts, const AgentSettings& settings) {
    if (!settings.certificateFile.empty()) {
        return std::make_shared<TlsContext>(
            userIdentity(parts.fileSystem, settings.certificateFile, settings.keyFile),
            settings.certificateFile);
    }
    return std::make_shared<TlsContext>(
        ownIdentity(parts.fileSystem, parts.clock, parts.stateFolder, namesOf(settings)),
        ownIdentityFile(parts.stateFolder));
}

bool isBeyondThisMachine(const AgentSettings& settings) { return !isLoopbackAddress(settings.listenAddress); }

std::string bracketed(const std::string& address) {
    return address.find(':') == std::string::npos ? address : '[' + address + ']';
}

}  // namespace

/// A server from start to stop.
class Server::Running final {
public:
    explicit Running(const ServerParts& parts)
        : parts_(parts),
          file_(parts.fileSystem, parts.configFolder),
          settings_(config::overridden(file_.read(), parts.overrides)) {
        for (const auto& [key, value] : settings_.unknown) {
            parts_.say("agent.conf has a setting '" + base::printable(key) +
                       "' that this version does not know.");
        }
        const bool opensUp =
            (settings_.password || settings_.awaitsActivation()) && isBeyondThisMachine(settings_);
        SocketLoop::Entrance entrance;
        if (opensUp) entrance.tls = makeTls(parts_, settings_);
        entrance.listeners = listenOn(opensUp ? settings_.listenAddress : config::kLoopback, settings_.port);
        port_ = entrance.listeners.front().address().port();
        logon_ = std::make_unique<Logon>(
            file_, config::TokenBook(parts_.fileSystem, parts_.configFolder), parts_.clock, port_,
            [this] { loop_->reviewSoon(); }, parts_.unlockKeeper);
        site_ = std::make_unique<Site>(parts_.api, parts_.pageFiles, HostRules(namesOf(settings_)), *logon_);
        isOpen_ = opensUp;
        describe(entrance);
        loop_ = std::make_unique<SocketLoop>(
            std::move(entrance), parts_.limits,
            [this](const HttpRequest& request, const Peer& peer) { return site_->answer(request, peer); },
            [this](const HttpRequest& head, const Peer& peer) { return site_->judgeHead(head, peer); },
            [this](SocketLoop::Entrance& changing) { review(changing); });
        loop_->start();
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    [[nodiscard]] std::string place() const {
        const std::lock_guard lock(mutex_);
        return place_;
    }

private:
    /// By the loop's thread: takes over a password that another process has set, and opens or closes the way
    /// from other machines when there is a first one, or none any more.
    void review(SocketLoop::Entrance& entrance) noexcept {
        try {
            mustTakeOver_ = file_.hasChanged() || mustTakeOver_;
            if (mustTakeOver_) logon_->takeOverFile();
            mustTakeOver_ = false;
            const bool opensUp =
                (logon_->hasPassword() || logon_->awaitsActivation()) && isBeyondThisMachine(settings_);
            // Without any listener nobody reaches it at all, so that is tried again each second.
            if (opensUp == isOpen_ && !entrance.listeners.empty()) return;
            isOpen_ = opensUp;  // whatever comes: the same would only fail again each second
            listenAnew(entrance, opensUp);
            describe(entrance);
            parts_.say("The page is at " + place() + ".");
            saidLast_.clear();
        } catch (...) {
            // It is tried again each second, and told once.
            const std::string trouble = base::currentError().describe();
            if (std::exchange(saidLast_, trouble) != trouble) parts_.say(trouble);
        }
    }

    void listenAnew(SocketLoop::Entrance& entrance, bool opensUp) {
        auto tls = opensUp ? makeTls(parts_, settings_) : nullptr;
        entrance.listeners.clear();  // some systems do not let a port be listened on twice
        try {
            entrance.listeners = listenOn(opensUp ? settings_.listenAddress : config::kLoopback, port_);
            entrance.tls = std::move(tls);
        } catch (...) {
            entrance.listeners = listenOn(config::kLoopback, port_);
            throw;
        }
    }

    void describe(const SocketLoop::Entrance& entrance) {
        std::string text = "http://localhost:" + std::to_string(port_);
        if (entrance.tls) {
            const bool isEvery = isEveryAddress(settings_.listenAddress);
            text += " and https://" + bracketed(isEvery ? platform::hostName() : settings_.listenAddress) +
                    ':' + std::to_string(port_) + " (certificate SHA-256 " + entrance.tls->fingerprint() +
                    ")";
        }
        const std::lock_guard lock(mutex_);
        place_ = std::move(text);
    }

    const ServerParts& parts_;
    config::AgentSettingsFile file_;
    const AgentSettings settings_;  // as they were at the start; the password is Logon's business
    std::uint16_t port_ = 0;
    bool isOpen_ = false;        // to other machines
    bool mustTakeOver_ = false;  // a password that another process has set
    std::string saidLast_;       // of trouble
    mutable std::mutex mutex_;   // guards place_
    std::string place_;
    std::unique_ptr<Logon> logon_;
    std::unique_ptr<Site> site_;
    std::unique_ptr<SocketLoop> loop_;  // last: its threads use all that is above
};

Server::Server(ServerParts parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

void Server::start() {
    running_.reset();
    running_ = std::make_unique<Running>(parts_);
}

void Server::stop() noexcept { running_.reset(); }

std::uint16_t Server::port() const noexcept { return running_ ? running_->port() : std::uint16_t{0}; }

std::string Server::place() const { return running_ ? running_->place() : std::string(); }

}  // namespace web
