// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/wire.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/Net.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/Utility.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/trusted_roots.hpp"

namespace alerts {

using Poco::Net::Context;
using Poco::Net::SecureStreamSocket;
using Poco::Net::StreamSocket;

namespace {

constexpr std::size_t kLongestLineBytes = 8 * base::kKiB;
constexpr std::size_t kMostReadBytes = 128 * base::kKiB;
constexpr std::size_t kPieceBytes = 4 * base::kKiB;

void makePocoReady() {
    static const bool isReady = [] {
        Poco::Net::initializeNetwork();
        Poco::Net::initializeSSL();
        return true;
    }();
    (void)isReady;
}

Context::Ptr makeContext(const std::string& caFile) {
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, "", "", "", Context::VERIFY_STRICT, 9, false);
    X509_STORE* const store = SSL_CTX_get_cert_store(context->sslContext());
    if (caFile.empty()) {
        platform::trustSystemRoots(store);
    } else if (X509_STORE_load_file(store, caFile.c_str()) != 1) {
        throw base::Error(base::ErrorKind::Invalid, "ALERT-0005",
                          "The certificates in '" + base::printable(caFile) + "' cannot be used",
                          "Name a file in PEM form that the service can read.", base::Retry::AfterFix);
    }
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(true);
    return context;
}

/// Shuts a connection at a moment or when it is asked to, which wakes whoever waits for it.
class Watch final {
public:
    Watch(const StreamSocket& socket, std::chrono::steady_clock::time_point until,
          const std::stop_token& stop)
        : socket_(socket), thread_([this, until] { await(until); }), callback_(stop, [this] { cut(); }) {}
    ~Watch() {
        {
            const std::lock_guard lock(mutex_);
            isDone_ = true;
        }
        done_.notify_one();
        thread_.join();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    [[nodiscard]] bool hasCut() const noexcept { return hasCut_; }

private:
    void await(std::chrono::steady_clock::time_point until) {
        std::unique_lock lock(mutex_);
        if (!done_.wait_until(lock, until, [this] { return isDone_; })) cut();
    }

    void cut() noexcept {
        hasCut_ = true;
        try {
            socket_.shutdown();
        } catch (const Poco::Exception&) {
            // It is shut already.
        }
    }

    StreamSocket socket_;
    std::atomic<bool> hasCut_ = false;
    std::mutex mutex_;  // guards isDone_
    // Not the kind that takes a stop_token: gcc 12's loses wake-ups on Windows.
    std::condition_variable done_;
    bool isDone_ = false;
    std::thread thread_;
    std::stop_callback<std::function<void()>> callback_;
};

}  // namespace

class Wire::Implementation final {
public:
    Implementation(const std::string& host, std::uint16_t port, std::chrono::milliseconds mostTime,
                   const std::stop_token& stop)
        : host_(host),
          place_("'" + base::printable(host) + "', port " + std::to_string(port)),
          until_(std::chrono::steady_clock::now() + mostTime) {
        makePocoReady();
        translated([&] { connect(port); });
        watch_ = std::make_unique<Watch>(plain_, until_, stop);
        limitTime(plain_);
        socket_ = plain_;
    }

    void startTls(const std::string& caFile) {
        // What was said without TLS could otherwise pass for something said with it.
        if (!read_.empty()) fail("it spoke out of turn");
        translated([&] {
            SecureStreamSocket secure = SecureStreamSocket::attach(plain_, host_, makeContext(caFile));
            limitTime(secure);
            socket_ = secure;
        });
    }

    void write(std::string_view bytes) {
        translated([&] {
            while (!bytes.empty()) {
                const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
                if (sent <= 0) fail("the connection ended");
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            }
        });
    }

    std::string readLine() {
        std::size_t end = 0;
        while ((end = read_.find('\n')) == std::string::npos) {
            if (read_.size() > kLongestLineBytes) fail("it sends lines without an end");
            readMore();
        }
        std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        return line;
    }

private:
    void connect(std::uint16_t port) {
        const auto addresses = Poco::Net::DNS::resolve(host_).addresses();
        for (std::size_t at = 0; at < addresses.size(); ++at) {
            try {
                plain_ = StreamSocket(addresses[at].family() == Poco::Net::IPAddress::IPv6
                                          ? Poco::Net::SocketAddress::IPv6
                                          : Poco::Net::SocketAddress::IPv4);
                plain_.connect(Poco::Net::SocketAddress(addresses[at], port), timeLeft());
                return;
            } catch (const Poco::Exception&) {
                if (at + 1 == addresses.size()) throw;
            }
        }
        fail("its name has no address");
    }

    [[nodiscard]] Poco::Timespan timeLeft() const {
        const auto left =
            std::chrono::duration_cast<std::chrono::microseconds>(until_ - std::chrono::steady_clock::now());
        if (left.count() <= 0) fail("it took too long");
        return {static_cast<Poco::Timespan::TimeDiff>(left.count())};
    }

    void limitTime(StreamSocket& socket) const {
        socket.setReceiveTimeout(timeLeft());
        socket.setSendTimeout(timeLeft());
    }

    void readMore() {
        translated([&] {
            std::array<char, kPieceBytes> piece{};
            const int count = socket_.receiveBytes(piece.data(), static_cast<int>(piece.size()));
            if (count <= 0) fail("the connection ended");
            total_ += static_cast<std::size_t>(count);
            if (total_ > kMostReadBytes) fail("it sends without an end");
            read_.append(piece.data(), static_cast<std::size_t>(count));
        });
    }

    template <typename Work>
    void translated(const Work& work) const {
        try {
            work();
        } catch (const Poco::Net::SSLException& error) {
            if (watch_ && watch_->hasCut()) fail("it took too long");
            const std::string why = error.displayText();
            const bool isCertificate =
                dynamic_cast<const Poco::Net::CertificateValidationException*>(&error) != nullptr ||
                why.find("certificate verify failed") != std::string::npos;
            if (!isCertificate) fail(why);
            throw base::Error(
                base::ErrorKind::Denied, "ALERT-0003",
                "The certificate of " + place_ + " is not to be trusted: " + base::printable(why),
                "Check that the certificate names the server, and name the file of the authority "
                "that signed it if the system does not know it.",
                base::Retry::AfterFix);
        } catch (const Poco::Exception& error) {
            fail(watch_ && watch_->hasCut() ? "it took too long" : error.displayText());
        }
    }

    [[noreturn]] void fail(const std::string& why) const {
        throw base::Error(base::ErrorKind::Unavailable, "ALERT-0002",
                          "The server " + place_ + " could not be used: " + base::printable(why),
                          "Check name, port and kind of connection, and whether a firewall lets it through.",
                          base::Retry::Later);
    }

    const std::string host_;
    const std::string place_;
    const std::chrono::steady_clock::time_point until_;
    StreamSocket plain_;
    StreamSocket socket_;  // the same, or TLS above it
    std::string read_;     // and not yet taken
    std::size_t total_ = 0;
    std::unique_ptr<Watch> watch_;  // last: it goes before the sockets
};

Wire::Wire(const std::string& host, std::uint16_t port, std::chrono::milliseconds mostTime,
           const std::stop_token& stop)
    : implementation_(std::make_unique<Implementation>(host, port, mostTime, stop)) {}
Wire::~Wire() = default;
void Wire::startTls(const std::string& caFile) { implementation_->startTls(caFile); }
void Wire::write(std::string_view bytes) { implementation_->write(bytes); }
std::string Wire::readLine() { return implementation_->readLine(); }

}  // namespace alerts
