// SPDX-License-Identifier: Apache-2.0
#include "agent/web/connection.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SocketDefs.h>

#include <algorithm>
#include <array>

#include "agent/web/answers.hpp"
#include "agent/web/host_rules.hpp"

namespace web {

namespace {

constexpr char kTlsHandshake = 0x16;
constexpr std::size_t kPieceBytes = 16 * base::kKiB;
/// So that one client that sends or takes much keeps no other waiting.
constexpr int kPiecesAtOnce = 8;
/// How long a first request may be on its way.
constexpr std::chrono::seconds kFirstRequest{2};

bool meansWait(int code) { return code == POCO_EAGAIN || code == POCO_EWOULDBLOCK || code == POCO_EINTR; }

}  // namespace

std::string addressText(const Poco::Net::SocketAddress& address) {
    const std::string text = address.host().toString();
    // As a socket for both families has the addresses of IPv4.
    constexpr std::string_view kMapped = "::ffff:";
    return text.starts_with(kMapped) ? text.substr(kMapped.size()) : text;
}

Connection::Connection(const Poco::Net::StreamSocket& socket, std::shared_ptr<const TlsContext> tls,
                       const Limits& limits, const BodyJudge& judge, bool isSurplus, Time now)
    : socket_(socket),
      tls_(std::move(tls)),
      limits_(limits),
      isSurplus_(isSurplus),
      reader_([this, &judge](const HttpRequest& head) { return judge(head, peer_); }),
      deadline_(now + limits.head),
      mayRestFrom_(now + kFirstRequest) {
    socket_.setBlocking(false);
    socket_.setNoDelay(true);
    peer_.address = addressText(socket_.peerAddress());
    peer_.localAddress = addressText(socket_.address());
    peer_.isLocal = isLoopbackAddress(peer_.address) && isLoopbackAddress(peer_.localAddress);
}

platform::SocketNumber Connection::number() const {
    return static_cast<platform::SocketNumber>(socket_.impl()->sockfd());
}

bool Connection::isIdle(Time now) const noexcept {
    return phase_ == Phase::Reading && !reader_.hasBegun() && now >= mayRestFrom_;
}

bool Connection::wantsRead() const noexcept {
    return phase_ == Phase::Lingering || (phase_ == Phase::Reading && !request_);
}

void Connection::proceed(Time now) noexcept {
    try {
        if (phase_ == Phase::Writing) {
            write(now);
        } else if (wantsRead()) {
            read(now);
        }
    } catch (...) {
        close();  // the client has gone, or there is no memory: either way nothing can be told
    }
}

/// -1 when there is nothing at the moment.
int Connection::receive(char* to, int size) {
    try {
        return socket_.receiveBytes(to, size);
    } catch (const Poco::Exception& error) {
        if (meansWait(error.code())) return -1;
        throw;
    }
}

void Connection::read(Time now) {
    std::array<char, kPieceBytes> piece;
    for (int i = 0; i < kPiecesAtOnce && wantsRead(); ++i) {
        const int count = receive(piece.data(), static_cast<int>(piece.size()));
        if (count < 0) return;
        if (count == 0) {
            close();
            return;
        }
        if (phase_ == Phase::Reading) take({piece.data(), static_cast<std::size_t>(count)}, now);
        base::wipe(piece.data(), static_cast<std::size_t>(count));
    }
}

void Connection::take(std::string_view bytes, Time now) {
    if (protocol_ == Protocol::NotKnownYet) {
        protocol_ = bytes.front() == kTlsHandshake ? Protocol::Tls : Protocol::Plain;
        peer_.isTls = protocol_ == Protocol::Tls;
        if (peer_.isTls && tls_ == nullptr) return close();
        if (peer_.isTls) channel_.emplace(*tls_);
        if (!peer_.isTls && !peer_.isLocal) return refuse(tlsNeeded(), now);
    }
    const bool hadBegun = reader_.hasBegun();
    if (!channel_) {
        reader_.add(bytes);
    } else {
        std::string plain;
        const bool goesOn = channel_->receive(bytes, plain);
        out_ += channel_->takeWire();
        reader_.add(plain);
        base::wipe(plain.data(), plain.size());
        if (!goesOn) endsAfterOut_ = true;
        if (!goesOn || !out_.empty()) write(now);
        if (phase_ != Phase::Reading) return;
    }
    if (!hadBegun && reader_.hasBegun()) deadline_ = now + limits_.head;
    look(now);
}

void Connection::look(Time now) {
    RequestReader::Outcome outcome = reader_.next();
    if (outcome.refusal) return refuse(*outcome.refusal, now);
    request_ = std::move(outcome.request);
    if (!request_ && !isBodyAwaited_ && reader_.awaitsBody()) {
        isBodyAwaited_ = true;
        deadline_ = now + limits_.body;
    }
    if (reader_.takeContinue()) {
        queue("HTTP/1.1 100 Continue\r\n\r\n");
        write(now);
    }
}

std::optional<HttpRequest> Connection::takeRequest(Time now) {
    if (phase_ != Phase::Reading || !request_) return std::nullopt;
    auto taken = std::exchange(request_, std::nullopt);
    keepsAlive_ = taken->keepsAlive;
    isBodyAwaited_ = false;
    if (isSurplus_) {
        refuse(tooBusy(), now);
        return std::nullopt;
    }
    phase_ = Phase::Working;
    deadline_ = Time::max();
    return taken;
}

void Connection::answer(const HttpResponse& response, Time now) noexcept {
    if (phase_ != Phase::Working) return;
    try {
        const bool goesOn = keepsAlive_ && !response.closes;
        endsAfterOut_ = !goesOn;
        queue(wireText(response, goesOn));
        phase_ = Phase::Writing;
        deadline_ = now + limits_.stalled;
        answerDeadline_ = now + limits_.answer;
        write(now);
    } catch (...) {
        close();
    }
}

void Connection::refuse(const Refusal& refusal, Time now) {
    HttpResponse response = refused(refusal);
    addSafetyHeaders(response);
    response.closes = true;
    phase_ = Phase::Working;
    answer(response, now);
}

void Connection::queue(const std::string& plain) {
    if (!channel_) {
        out_ += plain;
        return;
    }
    if (!channel_->send(plain)) endsAfterOut_ = true;
    if (endsAfterOut_) channel_->close();
    out_ += channel_->takeWire();
}

void Connection::write(Time now) {
    for (int i = 0; sent_ < out_.size(); ++i) {
        // Words of the handshake, too, wait for a socket that takes no more.
        if (i == kPiecesAtOnce) break;
        const std::size_t size = std::min(out_.size() - sent_, kPieceBytes * 4);
        int count = -1;
        try {
            count =
                socket_.sendBytes(out_.data() + sent_, static_cast<int>(size), platform::quietSendFlags());
        } catch (const Poco::Exception& error) {
            if (!meansWait(error.code())) throw;
        }
        if (count <= 0) break;
        sent_ += static_cast<std::size_t>(count);
        if (phase_ == Phase::Writing) deadline_ = std::min(now + limits_.stalled, answerDeadline_);
    }
    if (sent_ < out_.size()) {
        if (phase_ == Phase::Reading) {
            // Nobody who behaves has so much to be told before a request is there.
            close();
        }
        return;
    }
    out_.clear();
    out_.shrink_to_fit();
    sent_ = 0;
    if (endsAfterOut_) return linger(now);
    if (phase_ == Phase::Writing) afterAnswer(now);
}

void Connection::afterAnswer(Time now) {
    phase_ = Phase::Reading;
    mayRestFrom_ = now;
    deadline_ = now + (reader_.hasBegun() ? limits_.head : limits_.idle);
    look(now);
}

/// Ends our half and reads on for a while: a client that is still sending would else lose the answer.
void Connection::linger(Time now) {
    phase_ = Phase::Lingering;
    deadline_ = now + limits_.lingering;
    try {
        socket_.shutdownSend();
    } catch (const Poco::Exception&) {
        close();
    }
}

void Connection::expire(Time now) noexcept {
    try {
        const bool isHalfThere = phase_ == Phase::Reading && reader_.hasBegun() && !request_;
        if (isHalfThere) return refuse(tooSlow(), now);
    } catch (...) {
        // Closed below.
    }
    close();
}

void Connection::close() noexcept {
    if (phase_ == Phase::Closed) return;
    phase_ = Phase::Closed;
    try {
        socket_.close();
    } catch (...) {
        // It is gone all the same.
    }
}

}  // namespace web
