// SPDX-License-Identifier: Apache-2.0
// http_answer_fuzz.cpp: the bytes of an HTTP answer, from a server on this machine that says them and hangs
// up.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <thread>

#include "agent/s3/transport.hpp"
#include "tests/fuzz/fuzz_support.hpp"

namespace {

constexpr std::size_t kLimitBytes = 4096;

/// Says the same to everybody, until it is told to say something else.
class Server final {
public:
    Server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        fuzz::require(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0);
        fuzz::require(::listen(listener_, 16) == 0);
        fuzz::require(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        port_ = ::ntohs(address.sin_port);
        std::thread([this] { serve(); }).detach();  // ends with the process, as the fuzzer does
    }

    void say(base::ByteView answer) {
        const std::lock_guard lock(mutex_);
        answer_.assign(answer.begin(), answer.end());
    }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    void serve() {
        for (;;) {
            const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (connection < 0) continue;
            std::array<char, 4096> request{};
            if (::recv(connection, request.data(), request.size(), 0) > 0) {
                const base::Bytes answer = said();
                static_cast<void>(::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL));
                ::shutdown(connection, SHUT_WR);
            }
            ::close(connection);
        }
    }

    base::Bytes said() {
        const std::lock_guard lock(mutex_);
        return answer_;
    }

    const int listener_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;  // guards answer_
    base::Bytes answer_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Server& server = *new Server;
    server.say({data, size});
    for (const char* const method : {"GET", "HEAD", "DELETE"}) {
        const auto transport =
            s3::makeHttpTransport(s3::makeSettings("s3://bucket", {{"endpoint", server.url()}}));
        try {
            const s3::HttpAnswer answer = transport->send({method, "/bucket/key", {}, {}}, kLimitBytes);
            fuzz::require(answer.body.size() <= kLimitBytes && (!answer.isTooLarge || answer.body.empty()));
        } catch (const base::Error& error) {
            fuzz::require(error.code() == "BUCKET-0021");
        }
    }
    return 0;
}
