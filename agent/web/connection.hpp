// SPDX-License-Identifier: Apache-2.0
// connection.hpp: one connection of a client, which waits for nobody.
#pragma once

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/web/limits.hpp"
#include "agent/web/peer.hpp"
#include "agent/web/request_reader.hpp"
#include "agent/web/tls.hpp"
#include "platform/tcp_ports.hpp"

namespace web {

/// An address without its port, as Peer has it.
std::string addressText(const Poco::Net::SocketAddress& address);

/// Reads requests and writes answers, as far as its socket lets it at the moment. One request at a time is
/// out of its hands: takeRequest() gives it, answer() brings what came of it. Not thread-safe.
///
/// The first byte tells whether the client speaks TLS. Who comes from another machine and does not is refused
/// before anything else is read.
class Connection final {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// As HeadJudge, of whom a request comes from.
    using BodyJudge = std::function<std::optional<Refusal>(const HttpRequest& head, const Peer& peer)>;

    /// One that is a surplus has its first request refused. `tls` may be nullptr: there is none then.
    /// Limits and `judge` are not owned and outlive this. Throws Poco::Exception when the socket has gone
    /// already.
    Connection(const Poco::Net::StreamSocket& socket, std::shared_ptr<const TlsContext> tls,
               const Limits& limits, const BodyJudge& judge, bool isSurplus, Time now);

    [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
    [[nodiscard]] platform::SocketNumber number() const;
    [[nodiscard]] bool wantsRead() const noexcept;
    [[nodiscard]] bool wantsWrite() const noexcept { return phase_ == Phase::Writing; }
    [[nodiscard]] bool isClosed() const noexcept { return phase_ == Phase::Closed; }
    [[nodiscard]] bool isSurplus() const noexcept { return isSurplus_; }
    /// True while nothing of a next request has come, nor can be on its way, or not for long.
    [[nodiscard]] bool isIdle(Time now) const noexcept;
    /// When what it waits for must have happened.
    [[nodiscard]] Time deadline() const noexcept { return deadline_; }

    /// To be called when the socket is ready for what is wanted of it.
    void proceed(Time now) noexcept;
    /// A request that has come as a whole; it is answered before there is a next one.
    [[nodiscard]] std::optional<HttpRequest> takeRequest(Time now);
    /// The answer to it.
    void answer(const HttpResponse& response, Time now) noexcept;
    /// To be called when the deadline has passed.
    void expire(Time now) noexcept;
    void close() noexcept;

private:
    enum class Phase { Reading, Working, Writing, Lingering, Closed };
    enum class Protocol { NotKnownYet, Plain, Tls };

    void read(Time now);
    void take(std::string_view bytes, Time now);
    /// Finds out what the reader has; refuses what it refuses.
    void look(Time now);
    void write(Time now);
    void afterAnswer(Time now);
    void refuse(const Refusal& refusal, Time now);
    void queue(const std::string& plain);
    void linger(Time now);
    [[nodiscard]] int receive(char* to, int size);

    Poco::Net::StreamSocket socket_;
    const std::shared_ptr<const TlsContext> tls_;
    const Limits& limits_;
    const bool isSurplus_;
    Peer peer_;
    Phase phase_ = Phase::Reading;
    Protocol protocol_ = Protocol::NotKnownYet;
    std::optional<TlsChannel> channel_;
    RequestReader reader_;
    std::optional<HttpRequest> request_;  // whole, and not taken yet
    bool keepsAlive_ = false;             // as the request that is being answered asks for
    bool isBodyAwaited_ = false;
    std::string out_;  // what has to go over the wire
    std::size_t sent_ = 0;
    bool endsAfterOut_ = false;
    Time deadline_;
    Time answerDeadline_;
    Time mayRestFrom_;  // when no first request has come until then, none is on its way
};

}  // namespace web
