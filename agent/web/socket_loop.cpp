// SPDX-License-Identifier: Apache-2.0
#include "agent/web/socket_loop.hpp"

#include <Poco/Exception.h>

#include <algorithm>
#include <array>

#include "agent/web/answers.hpp"
#include "agent/web/host_rules.hpp"
#include "platform/base/error.hpp"

namespace web {

namespace {

constexpr std::chrono::milliseconds kRound{1000};
/// After the system could not hand out a connection, for want of descriptors mostly.
constexpr std::chrono::milliseconds kBeforeAcceptingAgain{100};
constexpr int kMostAcceptedAtOnce = 64;

}  // namespace

SocketLoop::SocketLoop(Entrance entrance, const Limits& limits, WorkPool::Answering answer,
                       Connection::BodyJudge judge, std::function<void(Entrance& entrance)> review)
    : entrance_(std::move(entrance)),
      limits_(limits),
      judge_(std::move(judge)),
      review_(std::move(review)),
      wakeReceiver_(Poco::Net::SocketAddress("127.0.0.1", 0)) {
    wakeSender_.connect(wakeReceiver_.address());
    wakeReceiver_.setBlocking(false);
    wakeSender_.setBlocking(false);
    pool_ =
        std::make_unique<WorkPool>(limits.workers, limits.mostWaiting, std::move(answer), [this] { wake(); });
}

void SocketLoop::start() {
    thread_ = std::jthread([this] { run(); });
}

SocketLoop::~SocketLoop() {
    isEnding_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
    pool_.reset();
}

void SocketLoop::reviewSoon() noexcept {
    wantsReview_ = true;
    wake();
}

void SocketLoop::wake() noexcept {
    try {
        const char byte = 0;
        wakeSender_.sendBytes(&byte, 1);
    } catch (...) {
        // So many wakes are on their way that there is no room for one more.
    }
}

void SocketLoop::drainWakes() noexcept {
    try {
        std::array<char, 16> piece{};
        while (wakeReceiver_.receiveBytes(piece.data(), static_cast<int>(piece.size())) >= 0) continue;
    } catch (...) {
        // There are no more.
    }
}

void SocketLoop::run() noexcept {
    while (!isEnding_) {
        try {
            round();
        } catch (...) {
            // Memory or sockets have run out. Whoever is connected stays so; the next round comes soon.
            std::this_thread::sleep_for(kBeforeAcceptingAgain);
        }
    }
}

void SocketLoop::round() {
    std::vector<platform::SocketWatch> watched = watches(Connection::Time::clock::now());
    platform::awaitSockets(watched, kRound);
    const Time now = Connection::Time::clock::now();
    if (watched[0].isReady) drainWakes();
    deliver(now);
    // Connections stand in the order of the table, which nothing has changed since.
    std::size_t place = 1 + entrance_.listeners.size();
    for (auto& [id, connection] : connections_) {
        if (watched[place++].isReady) {
            connection.proceed(now);
            pass(id, connection, now);
        }
    }
    if (now >= acceptsAgain_) acceptAll(now);
    expireAll(now);
    if (wantsReview_.exchange(false) || now - reviewed_ >= kRound) {
        reviewed_ = now;
        review_(entrance_);
    }
}

std::vector<platform::SocketWatch> SocketLoop::watches(Time now) const {
    std::vector<platform::SocketWatch> watched;
    watched.reserve(1 + entrance_.listeners.size() + connections_.size());
    watched.push_back(
        {static_cast<platform::SocketNumber>(wakeReceiver_.impl()->sockfd()), true, false, false});
    const bool accepts =
        now >= acceptsAgain_ && connections_.size() < limits_.mostConnections + limits_.mostSurplus;
    for (const auto& listener : entrance_.listeners) {
        watched.push_back(
            {static_cast<platform::SocketNumber>(listener.impl()->sockfd()), accepts, false, false});
    }
    for (const auto& [id, connection] : connections_) {
        watched.push_back({connection.number(), connection.wantsRead(), connection.wantsWrite(), false});
    }
    return watched;
}

void SocketLoop::deliver(Time now) {
    for (WorkPool::Done& done : pool_->takeDone()) {
        const auto found = connections_.find(done.id);
        if (found == connections_.end()) continue;
        found->second.answer(done.response, now);
        pass(done.id, found->second, now);
    }
}

/// Hands over what the connection has ready: after an answer there may be a next request already.
void SocketLoop::pass(Id id, Connection& connection, Time now) {
    while (auto request = connection.takeRequest(now)) {
        if (pool_->offer(id, std::move(*request), connection.peer())) return;
        HttpResponse response = refused(tooBusy());
        addSafetyHeaders(response);
        connection.answer(response, now);
    }
}

void SocketLoop::acceptAll(Time now) {
    for (Poco::Net::ServerSocket& listener : entrance_.listeners) {
        for (int i = 0; i < kMostAcceptedAtOnce; ++i) {
            if (connections_.size() >= limits_.mostConnections + limits_.mostSurplus) return;
            if (!listener.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ)) break;
            accept(listener, now);
            if (now < acceptsAgain_) return;
        }
    }
}

void SocketLoop::accept(Poco::Net::ServerSocket& listener, Time now) {
    std::optional<Poco::Net::StreamSocket> socket;
    try {
        socket = listener.acceptConnection();
    } catch (const Poco::Exception&) {
        acceptsAgain_ = now + kBeforeAcceptingAgain;
        return;
    }
    try {
        const std::string address = addressText(socket->peerAddress());
        if (isTooMuch(address)) return;  // and closes it
        const bool hasRoom = makeRoomFor(address, now);
        const Id id = ++lastId_;
        connections_.try_emplace(id, std::move(*socket), entrance_.tls, limits_, judge_, !hasRoom, now);
    } catch (const Poco::Exception&) {
        // The client has gone again.
    }
}

bool SocketLoop::isTooMuch(const std::string& address) const {
    if (isLoopbackAddress(address)) return false;
    const auto isOfAddress = [&](const auto& entry) { return entry.second.peer().address == address; };
    const auto ofAddress = static_cast<std::size_t>(std::ranges::count_if(connections_, isOfAddress));
    return ofAddress >= limits_.mostOfOneAddress + limits_.mostSurplusOfOneAddress;
}

bool SocketLoop::makeRoomFor(const std::string& address, Time now) {
    std::size_t answered = 0;
    std::size_t ofAddress = 0;
    auto idlest = connections_.end();
    for (auto at = connections_.begin(); at != connections_.end(); ++at) {
        const Connection& connection = at->second;
        if (!connection.isSurplus()) ++answered;
        if (connection.peer().address == address) ++ofAddress;
        if (!connection.isIdle(now)) continue;
        if (idlest == connections_.end() || connection.deadline() < idlest->second.deadline()) idlest = at;
    }
    if (ofAddress >= limits_.mostOfOneAddress && !isLoopbackAddress(address)) return false;
    if (answered < limits_.mostConnections) return true;
    if (idlest == connections_.end()) return false;
    connections_.erase(idlest);
    return true;
}

void SocketLoop::expireAll(Time now) {
    for (auto& [id, connection] : connections_) {
        if (!connection.isClosed() && connection.deadline() <= now) connection.expire(now);
    }
    std::erase_if(connections_, [](const auto& entry) { return entry.second.isClosed(); });
}

}  // namespace web
