// SPDX-License-Identifier: Apache-2.0
// http_client.hpp: a client that sends what a test says, byte for byte, and reads answers as they come.
#pragma once

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "platform/base/text.hpp"
#include "platform/tcp_ports.hpp"

namespace test {

struct WebAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names as they came
    std::string body;
};

/// One connection. Fails a test that waits longer than a minute.
class HttpClient final {
public:
    explicit HttpClient(std::uint16_t port) : socket_(Poco::Net::SocketAddress("127.0.0.1", port)) {
        socket_.setReceiveTimeout(Poco::Timespan(60, 0));
        socket_.setNoDelay(true);
    }
    /// Over a socket that is connected, such as one of TLS.
    explicit HttpClient(Poco::Net::StreamSocket socket) : socket_(std::move(socket)) {}

    void send(const std::string& bytes) {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const int count = socket_.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent),
                                                platform::quietSendFlags());
            if (count <= 0) throw std::runtime_error("nothing is taken any more");
            sent += static_cast<std::size_t>(count);
        }
    }

    enum class Body { Follows, LeftOut };

    WebAnswer receive(Body body = Body::Follows) {
        std::size_t end = std::string::npos;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) more();
        WebAnswer answer;
        const std::string head = received_.substr(0, end);
        for (const std::string_view line : base::split(head, '\n')) {
            const std::size_t colon = line.find(": ");
            if (answer.status == 0) {
                answer.status = std::stoi(std::string(line.substr(9, 3)));
            } else if (colon != std::string_view::npos) {
                answer.headers[std::string(line.substr(0, colon))] = base::trim(line.substr(colon + 2));
            }
        }
        received_.erase(0, end + 4);
        if (answer.status == 100 || body == Body::LeftOut) return answer;
        const auto length = answer.headers.find("Content-Length");
        const std::size_t wanted = length == answer.headers.end() ? 0 : std::stoul(length->second);
        while (received_.size() < wanted) more();
        answer.body = received_.substr(0, wanted);
        received_.erase(0, wanted);
        return answer;
    }

    WebAnswer ask(const std::string& request) {
        send(request);
        return receive();
    }

    WebAnswer get(const std::string& path, const std::string& headers = "") {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    }

    /// True when the server ends the connection without a word more.
    bool isEnded() {
        char byte = 0;
        try {
            return received_.empty() && socket_.receiveBytes(&byte, 1) <= 0;
        } catch (const Poco::Exception&) {
            return true;
        }
    }

    Poco::Net::StreamSocket& socket() { return socket_; }

private:
    void more() {
        char piece[4096];
        const int count = socket_.receiveBytes(piece, sizeof piece);
        if (count <= 0) throw std::runtime_error("the answer was cut short");
        received_.append(piece, static_cast<std::size_t>(count));
    }

    Poco::Net::StreamSocket socket_;
    std::string received_;
};

}  // namespace test
