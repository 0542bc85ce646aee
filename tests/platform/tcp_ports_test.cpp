// SPDX-License-Identifier: Apache-2.0
#include "platform/tcp_ports.hpp"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(tcp_ports)

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_names_its_process) {
    std::uint16_t port = 0;
    {
        const Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
        port = socket.address().port();
        const auto owner = platform::listenerOn(port);
        BOOST_REQUIRE(owner.has_value());
        BOOST_TEST(owner->processId > 0);
        BOOST_TEST(owner->program.find("platform_test") == 0, owner->program);
    }
    BOOST_TEST(!platform::listenerOn(port).has_value());
}

BOOST_AUTO_TEST_CASE(a_socket_is_ready_when_something_has_come) {
    Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0));
    Poco::Net::StreamSocket client(listener.address());
    Poco::Net::StreamSocket server = listener.acceptConnection();
    const auto number = static_cast<platform::SocketNumber>(server.impl()->sockfd());
    platform::SocketWatch watch[] = {{number, true, false, true}};
    platform::awaitSockets(watch, std::chrono::milliseconds(0));
    BOOST_TEST(!watch[0].isReady);
    const char byte = 'x';
    client.sendBytes(&byte, 1);
    platform::awaitSockets(watch, std::chrono::minutes(1));
    BOOST_TEST(watch[0].isReady);
    watch[0] = {number, false, true, false};
    platform::awaitSockets(watch, std::chrono::minutes(1));
    BOOST_TEST(watch[0].isReady);
}

BOOST_AUTO_TEST_CASE(who_wants_nothing_is_told_nothing_even_of_a_client_that_has_gone) {
    Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0));
    Poco::Net::StreamSocket client(listener.address());
    Poco::Net::StreamSocket server = listener.acceptConnection();
    client.close();
    const auto number = static_cast<platform::SocketNumber>(server.impl()->sockfd());
    platform::SocketWatch watch[] = {{number, true, false, false}, {number, false, false, false}};
    platform::awaitSockets(watch, std::chrono::minutes(1));
    BOOST_TEST(watch[0].isReady);
    BOOST_TEST(!watch[1].isReady);
}

BOOST_AUTO_TEST_SUITE_END()
