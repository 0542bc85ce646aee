// SPDX-License-Identifier: Apache-2.0
#include "agent/web/server.hpp"

#include <Poco/Net/Context.h>
#include <Poco/Net/Net.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/X509Certificate.h>
#include <openssl/x509.h>

#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "agent/web/request_reader.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/web/http_client.hpp"

namespace {

using test::HttpClient;

constexpr const char* kHost = "Host: localhost\r\n";
const std::string kIndex = "<!doctype html>" + std::string(300'000, 'x');

/// An API whose answers a test can hold back.
class Gate {
public:
    void close() { set(false); }
    void open() { set(true); }
    void pass() {
        std::unique_lock lock(mutex_);
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return isOpen_; });
    }
    void awaitArrivals(int number) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return arrived_ >= number; });
    }

private:
    void set(bool isOpen) {
        const std::lock_guard lock(mutex_);
        isOpen_ = isOpen;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool isOpen_ = true;
    int arrived_ = 0;
};

struct Sockets {
    Sockets() { Poco::Net::initializeNetwork(); }
    ~Sockets() { Poco::Net::uninitializeNetwork(); }
};

/// A server with a page and an API, in folders of its own.
struct House {
    Sockets sockets;
    test::TemporaryFolder folder;
    const std::unique_ptr<platform::Clock> clock = platform::makeSystemClock();
    config::AgentSettingsFile file{*folder.files, folder.path};
    Gate gate;
    web::Limits limits;
    std::mutex mutex;
    std::condition_variable said;
    std::vector<std::string> sentences;
    std::unique_ptr<web::Server> server;

    ~House() {
        gate.open();
        server.reset();
    }

    void start(const std::string& listen = "127.0.0.1", const std::string& port = "0") {
        web::ServerParts parts{*folder.files,
                               *clock,
                               folder.path,
                               folder / "state",
                               [this](const api::Request&) {
                                   gate.pass();
                                   api::Answer answer;
                                   answer.body = "{}";
                                   return answer;
                               },
                               {{"/index.html", "text/html", kIndex, false}},
                               {port, listen},
                               limits,
                               [this](const std::string& sentence) {
                                   const std::lock_guard lock(mutex);
                                   sentences.push_back(sentence);
                                   said.notify_all();
                               }};
        server = std::make_unique<web::Server>(std::move(parts));
        server->start();
    }

    void setPassword() {
        file.update([](config::AgentSettings& settings) {
            settings.password = config::PasswordHash::of("correct horse");
        });
    }

    [[nodiscard]] std::string awaitSentence() {
        std::unique_lock lock(mutex);
        said.wait(lock, [this] { return !sentences.empty(); });
        return sentences.back();
    }
};

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\n" + kHost + "\r\n"; }

/// A connection of TLS that trusts whatever it gets, and tells what that was.
Poco::Net::SecureStreamSocket tlsTo(std::uint16_t port) {
    const Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", "",
                                                                   "", Poco::Net::Context::VERIFY_NONE);
    return {Poco::Net::SocketAddress("127.0.0.1", port), "localhost", context};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server, House)

BOOST_AUTO_TEST_CASE(a_connection_carries_one_request_after_the_other) {
    start();
    HttpClient client(server->port());
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.get("/api/v1/plans");
        BOOST_TEST(answer.status == 200);
        BOOST_TEST(answer.body == "{}");
        BOOST_TEST(answer.headers.at("Connection") == "keep-alive");
        BOOST_TEST(client.get("/").body.size() == kIndex.size());
    }
    client.send(get("/api/v1/a") + get("/api/v1/b") + get("/nothing"));
    BOOST_TEST(client.receive().status == 200);
    BOOST_TEST(client.receive().status == 200);
    BOOST_TEST(client.receive().status == 404);
    client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto head = client.receive(HttpClient::Body::LeftOut);
    BOOST_TEST(head.headers.at("Content-Length") == std::to_string(kIndex.size()));
    BOOST_TEST(client.isEnded());
}

BOOST_AUTO_TEST_CASE(a_connection_ends_when_its_client_asks_for_that) {
    start();
    HttpClient client(server->port());
    BOOST_TEST(client.get("/api/v1/plans", "Connection: close\r\n").headers.at("Connection") == "close");
    BOOST_TEST(client.isEnded());
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused_in_words_and_with_all_headers) {
    start();
    HttpClient client(server->port());
    const auto answer = client.ask("nonsense\r\n\r\n");
    BOOST_TEST(answer.status == 400);
    BOOST_TEST(answer.headers.at("Content-Type") == "application/problem+json");
    BOOST_TEST(answer.headers.at("X-Content-Type-Options") == "nosniff");
    BOOST_TEST(client.isEnded());
}

BOOST_AUTO_TEST_CASE(a_body_of_a_mebibyte_is_taken_and_a_larger_one_is_refused_in_words) {
    start();
    HttpClient client(server->port());
    const std::string body(web::kMostBodyBytes, ' ');
    const auto put = [](std::size_t size) {
        return "PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) +
               "\r\n\r\n";
    };
    BOOST_TEST(client.ask(put(body.size()) + body).status == 403);  // it has no token
    BOOST_TEST(client.ask(put(body.size() + 1) + std::string(200'000, ' ')).status == 413);
}

BOOST_AUTO_TEST_CASE(slow_clients_cost_no_thread_and_are_refused_in_the_end) {
    limits.workers = 1;
    limits.head = std::chrono::milliseconds(300);
    start();
    std::vector<std::unique_ptr<HttpClient>> slow;
    for (int i = 0; i < 50; ++i) {
        slow.push_back(std::make_unique<HttpClient>(server->port()));
        slow.back()->send("GET / HT");
    }
    BOOST_TEST(HttpClient(server->port()).get("/api/v1/plans").status == 200);
    for (const auto& client : slow) {
        BOOST_TEST(client->receive().status == 408);
        BOOST_TEST(client->isEnded());
    }
}

BOOST_AUTO_TEST_CASE(clients_that_send_nothing_are_let_go) {
    limits.head = std::chrono::milliseconds(100);
    start();
    HttpClient client(server->port());
    BOOST_TEST(client.isEnded());
}

BOOST_AUTO_TEST_CASE(what_is_too_much_is_answered_and_not_dropped) {
    limits.workers = 1;
    limits.mostWaiting = 2;
    start();
    gate.close();
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 6; ++i) {
        clients.push_back(std::make_unique<HttpClient>(server->port()));
        clients.back()->send(get("/api/v1/plans"));
        if (i == 0) gate.awaitArrivals(1);
    }
    // One is being answered, two wait; who comes next is told at once.
    for (int i = 3; i < 6; ++i) {
        const auto answer = clients[static_cast<std::size_t>(i)]->receive();
        BOOST_TEST(answer.status == 503);
        BOOST_TEST(answer.headers.at("Retry-After") == "1");
    }
    gate.open();
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(clients[i]->receive().status == 200);
    BOOST_TEST(clients[5]->get("/api/v1/plans").status == 200);  // the connection has stayed
}

BOOST_AUTO_TEST_CASE(idle_connections_make_room_and_busy_ones_do_not) {
    limits.mostConnections = 3;
    limits.workers = 4;
    start();
    HttpClient idle(server->port());
    BOOST_TEST(idle.get("/api/v1/plans").status == 200);
    gate.close();
    HttpClient first(server->port());
    HttpClient second(server->port());
    first.send(get("/api/v1/plans"));
    second.send(get("/api/v1/plans"));
    gate.awaitArrivals(3);
    HttpClient third(server->port());
    third.send(get("/api/v1/plans"));
    gate.awaitArrivals(4);
    BOOST_TEST(idle.isEnded());
    HttpClient surplus(server->port());
    BOOST_TEST(surplus.get("/api/v1/plans").status == 503);
    gate.open();
    for (HttpClient* client : {&first, &second, &third}) BOOST_TEST(client->receive().status == 200);
}

BOOST_AUTO_TEST_CASE(many_clients_at_once_are_all_answered) {
    start();
    constexpr int kClients = 20;
    constexpr int kRequests = 100;
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
        threads.emplace_back([&, i] {
            try {
                std::unique_ptr<HttpClient> client;
                for (int n = 0; n < kRequests; ++n) {
                    // Some keep their connection, some come anew each time.
                    if (!client || i % 2 == 0) client = std::make_unique<HttpClient>(server->port());
                    if (client->get(n % 10 == 0 ? "/" : "/api/v1/plans").status == 200) ++answered;
                }
            } catch (const std::exception&) {
                // Counted by what is missing.
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(answered == kClients * kRequests);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_in_the_middle_harms_nobody) {
    start();
    gate.close();
    {
        HttpClient client(server->port());
        client.send(get("/api/v1/plans"));
        gate.awaitArrivals(1);
    }
    gate.open();
    BOOST_TEST(HttpClient(server->port()).get("/api/v1/plans").status == 200);
}

BOOST_AUTO_TEST_CASE(a_server_stops_while_clients_are_connected_and_starts_on_the_same_port) {
    start();
    const std::uint16_t port = server->port();
    HttpClient idle(port);
    BOOST_TEST(idle.get("/api/v1/plans").status == 200);
    server->stop();
    BOOST_TEST(idle.isEnded());
    BOOST_TEST(server->port() == 0);
    start("127.0.0.1", std::to_string(port));
    BOOST_TEST(HttpClient(port).get("/api/v1/plans").status == 200);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_told_with_who_has_it) {
    const Poco::Net::ServerSocket other(Poco::Net::SocketAddress("127.0.0.1", 0));
    const std::string port = std::to_string(other.address().port());
    BOOST_CHECK_EXCEPTION(start("127.0.0.1", port), base::Error, [&](const base::Error& error) {
        return error.code() == "WEB-0001" &&
               error.message().find("port " + port + " is taken by ") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(an_address_of_another_machine_is_refused) {
    setPassword();
    BOOST_CHECK_EXCEPTION(start("192.0.2.1"), base::Error, test::hasCode("WEB-0002"));
}

BOOST_AUTO_TEST_CASE(nothing_but_loopback_is_listened_on_until_there_is_a_password) {
    start("0.0.0.0");
    BOOST_TEST(server->place() == "http://localhost:" + std::to_string(server->port()));
    const std::uint16_t port = server->port();
    setPassword();  // as 'hbr service password' does, from another process
    const std::string sentence = awaitSentence();
    BOOST_TEST(sentence.find("https://") != std::string::npos, sentence);
    BOOST_TEST(server->port() == port);
    BOOST_TEST(HttpClient(port).get("/api/v1/plans").status == 401);
    HttpClient secure(tlsTo(port));
    BOOST_TEST(secure.get("/").status == 200);
}

BOOST_AUTO_TEST_CASE(the_certificate_is_the_one_that_is_told_and_stays_over_restarts) {
    setPassword();
    start("0.0.0.0");
    const std::string place = server->place();
    BOOST_TEST(place.find("(certificate SHA-256 ") != std::string::npos, place);
    auto socket = tlsTo(server->port());
    BOOST_TEST(socket.completeHandshake() == 1);
    const auto certificate = socket.peerCertificate();
    std::array<unsigned char, 32> digest{};
    BOOST_REQUIRE(X509_digest(certificate.certificate(), EVP_sha256(), digest.data(), nullptr) == 1);
    std::string told = place.substr(place.find("SHA-256 ") + 8);
    std::string hex;
    for (const char letter : told) {
        if (letter != ':' && letter != ')') hex += static_cast<char>(std::tolower(letter));
    }
    BOOST_TEST(hex == base::encodeHex(digest));
    BOOST_TEST(certificate.commonName().find("HBR agent on ") == 0);
    const std::string port = std::to_string(server->port());
    server->stop();
    start("0.0.0.0", port);
    BOOST_TEST(server->place() == place);
}

BOOST_AUTO_TEST_CASE(large_bodies_and_answers_pass_through_tls) {
    setPassword();
    start("0.0.0.0");
    HttpClient client(tlsTo(server->port()));
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/").body == kIndex);
    const std::string body(web::kMostBodyBytes, ' ');
    BOOST_TEST(client
                   .ask("PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body)
                   .status == 401);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_the_users_own_is_shown_or_refused) {
    file.update([&](config::AgentSettings& settings) {
        settings.password = config::PasswordHash::of("correct horse");
        settings.certificateFile = folder / "mine.pem";
        settings.keyFile = folder / "mine.pem";
    });
    BOOST_CHECK_EXCEPTION(start("0.0.0.0"), base::Error, test::hasCode("WEB-0003"));
    test::writeFile(*folder.open(), "mine.pem", "no certificate");
    BOOST_CHECK_EXCEPTION(start("0.0.0.0"), base::Error, test::hasCode("WEB-0003"));
}

BOOST_AUTO_TEST_CASE(bytes_that_only_look_like_tls_end_the_connection_alone) {
    limits.head = std::chrono::milliseconds(500);
    setPassword();
    start("0.0.0.0");
    HttpClient client(server->port());
    client.send("\x16\x03\x01 and then nonsense that is no handshake at all, however long it may be");
    char byte = 0;
    try {
        while (client.socket().receiveBytes(&byte, 1) > 0) continue;
    } catch (const Poco::Exception&) {
        // Ended the hard way.
    }
    BOOST_TEST(HttpClient(tlsTo(server->port())).get("/").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
