// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_settings.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

namespace {

using config::AgentSettings;
using config::AgentSettingsFile;
using config::PasswordHash;
using config::SettingsOverrides;

struct Conf {
    test::TemporaryFolder folder;
    AgentSettingsFile file{*folder.files, folder.path};

    void hold(const std::string& lines) {
        folder.files->removeFile(file.path());
        test::writeFile(*folder.open(), "agent.conf", lines);
    }
    [[nodiscard]] std::string text() const { return test::readFile(*folder.open(), "agent.conf"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(agent_settings, Conf)

BOOST_AUTO_TEST_CASE(a_new_agent_listens_on_port_8011_of_this_machine_alone) {
    const AgentSettings settings = file.read();
    BOOST_TEST(settings.port == 8011);
    BOOST_TEST(settings.listenAddress == "127.0.0.1");
    BOOST_TEST(!settings.password.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
    const AgentSettings written = file.update([](AgentSettings& settings) {
        settings.port = 8022;
        settings.listenAddress = "0.0.0.0";
        settings.certificateFile = "/etc/tls/a b.pem";
        settings.keyFile = "/etc/tls/key.pem";
        settings.hostNames = {"backup.example.com", "b2"};
        settings.password = PasswordHash::of("secret sentence");
    });
    BOOST_CHECK(file.read() == written);
    BOOST_TEST(text().find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_this_version_does_not_know_is_kept) {
    hold("hbr-agent 1\n# by hand\nport = 8022\nfuture-thing = 5\n");
    file.update([](AgentSettings& settings) { settings.port = 8033; });
    BOOST_TEST(text() == "hbr-agent 1\nport = 8033\nlisten = 127.0.0.1\nfuture-thing = 5\n");
}

BOOST_AUTO_TEST_CASE(values_that_make_no_sense_are_refused_with_the_file_named) {
    for (const char* line : {"port = 65536", "port = x", "port = -1", "listen = here", "listen = 1.2.3.4/8",
                             "tls-key = /k", "tls-certificate = /c", "host-names = https://x",
                             "password = secret", "password = scrypt 99 8 1 00 00"}) {
        hold("hbr-agent 1\n" + std::string(line) + "\n");
        BOOST_CHECK_EXCEPTION(static_cast<void>(file.read()), base::Error, [this](const base::Error& error) {
            return error.code() == "CONFIG-0003" && error.describe().find(file.path()) != std::string::npos;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_password_that_somebody_wrote_there_is_not_shown) {
    hold("hbr-agent 1\npassword = my secret\n");
    BOOST_CHECK_EXCEPTION(static_cast<void>(file.read()), base::Error, [](const base::Error& error) {
        return error.describe().find("my secret") == std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_file_that_holds_something_else_is_refused) {
    for (const std::string& content : {std::string("port = 1\n"), std::string("hbr-agent 1\nnonsense\n"),
                                       "hbr-agent 1\n#" + std::string(70'000, 'x')}) {
        hold(content);
        BOOST_CHECK_EXCEPTION(static_cast<void>(file.read()), base::Error, test::hasCode("CONFIG-0002"));
    }
}

BOOST_AUTO_TEST_CASE(the_environment_goes_before_the_file) {
    hold("hbr-agent 1\nport = 8022\nlisten = 10.0.0.1\n");
    const auto overrides = SettingsOverrides::fromEnvironment([](const std::string& name) {
        return name == "HBR_PORT" ? std::optional<std::string>("9000") : std::optional<std::string>("");
    });
    const AgentSettings settings = config::overridden(file.read(), overrides);
    BOOST_TEST(settings.port == 9000);
    BOOST_TEST(settings.listenAddress == "10.0.0.1");
    BOOST_CHECK_EXCEPTION(static_cast<void>(config::overridden({}, {"70000", {}})), base::Error,
                          test::hasCode("CONFIG-0003"));
}

BOOST_AUTO_TEST_CASE(a_change_by_somebody_else_is_noticed_once) {
    BOOST_TEST(file.hasChanged());
    BOOST_TEST(!file.hasChanged());
    AgentSettingsFile other(*folder.files, folder.path);
    other.update([](AgentSettings& settings) { settings.port = 1; });
    BOOST_TEST(file.hasChanged());
    BOOST_TEST(!file.hasChanged());
}

BOOST_AUTO_TEST_CASE(a_password_is_known_again_and_no_other_is) {
    const PasswordHash hash = PasswordHash::of("correct horse");
    BOOST_TEST(hash.matches("correct horse"));
    BOOST_TEST(!hash.matches("correct horsf"));
    BOOST_TEST(!hash.matches(""));
    const auto again = PasswordHash::parse(hash.text());
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->matches("correct horse"));
    BOOST_CHECK(!(PasswordHash::of("correct horse") == hash));  // another salt
}

BOOST_AUTO_TEST_CASE(six_characters_are_enough_whatever_their_bytes) {
    BOOST_CHECK_NO_THROW(PasswordHash::of("abcdef"));
    BOOST_CHECK_NO_THROW(PasswordHash::of("\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801"));
    BOOST_CHECK_EXCEPTION(PasswordHash::of("abcde"), base::Error, test::hasCode("CONFIG-0004"));
    BOOST_CHECK_EXCEPTION(PasswordHash::of("\u5bc6\u7801\u5bc6"), base::Error, test::hasCode("CONFIG-0004"));
    BOOST_CHECK_EXCEPTION(PasswordHash::of(std::string(1025, 'x')), base::Error,
                          test::hasCode("CONFIG-0004"));
}

BOOST_AUTO_TEST_SUITE_END()
