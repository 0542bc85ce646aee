// SPDX-License-Identifier: Apache-2.0
#include "agent/web/host_rules.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(host_rules)

BOOST_AUTO_TEST_CASE(names_of_this_machine_are_known_whatever_their_case_and_port) {
    const web::HostRules rules({"Server7", "backup.example.com"});
    const web::Peer peer{"10.0.0.9", "10.0.0.5", false, true};
    for (const char* host :
         {"localhost", "LOCALHOST:8011", "localhost.", "127.0.0.1:1", "127.9.9.9", "[::1]:8011", "server7",
          "SERVER7:8022", "backup.example.com", "10.0.0.5:8011"}) {
        BOOST_TEST(rules.knowsHost(host, peer), host);
    }
}

BOOST_AUTO_TEST_CASE(names_that_others_chose_are_not) {
    const web::HostRules rules({"server7"});
    const web::Peer peer{"10.0.0.9", "10.0.0.5", false, true};
    for (const char* host :
         {"", "evil.example", "localhost.evil.example", "server7.evil.example", "127.0.0.1.evil.example",
          "10.0.0.6", "localhost@evil.example", "localhost:x", "[::1", "evil.example:8011", "0.0.0.0"}) {
        BOOST_TEST(!rules.knowsHost(host, peer), host);
    }
}

BOOST_AUTO_TEST_CASE(only_the_page_that_this_server_sent_is_its_own) {
    const web::Peer plain{"127.0.0.1", "127.0.0.1", true, false};
    BOOST_TEST(web::HostRules::isOwnOrigin("http://localhost:8011", "localhost:8011", plain));
    BOOST_TEST(web::HostRules::isOwnOrigin("http://[::1]:8011", "[::1]:8011", plain));
    BOOST_TEST(web::HostRules::isOwnOrigin("http://localhost", "localhost:80", plain));
    for (const char* origin :
         {"null", "", "https://localhost:8011", "http://localhost:8012", "http://127.0.0.1:8011",
          "http://evil.example", "http://localhost:8011.evil.example", "file://"}) {
        BOOST_TEST(!web::HostRules::isOwnOrigin(origin, "localhost:8011", plain), origin);
    }
}

BOOST_AUTO_TEST_SUITE_END()
