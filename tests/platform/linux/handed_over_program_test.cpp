// SPDX-License-Identifier: Apache-2.0
// handed_over_program_test.cpp: the caller's side of a connection. This test plays the other one, which
// systemd hands to a program; tests/system/restore_service.py has a real one.
#include "platform/handed_over_program.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>
#include <cstring>

#include "platform/base/error.hpp"
#include "platform/linux/descriptor.hpp"
#include "tests/platform/child_output.hpp"
#include "tests/platform/temporary_folder.hpp"

using platform::linux::Descriptor;
using test::hasCode;

namespace {

struct Door {
    test::TemporaryFolder folder;
    std::string path = folder / "door";
    Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};

    void open() const {
        struct sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        BOOST_REQUIRE(path.size() < sizeof(address.sun_path));
        std::memcpy(address.sun_path, path.data(), path.size());
        BOOST_REQUIRE(
            ::bind(listener.get(), reinterpret_cast<const struct sockaddr*>(&address), sizeof(address)) == 0);
        BOOST_REQUIRE(::listen(listener.get(), 1) == 0);
    }
    [[nodiscard]] Descriptor accept() const { return Descriptor(::accept(listener.get(), nullptr, nullptr)); }
};

std::string heard(const Descriptor& socket) {
    std::array<char, 100> bytes{};
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

void say(const Descriptor& socket, std::string_view text) {
    BOOST_REQUIRE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(text.size()));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(handed_over_programs, Door)

BOOST_AUTO_TEST_CASE(input_goes_in_and_output_comes_out) {
    open();
    const auto program = platform::startHandedOver(path, base::SecretBytes(std::string_view("do this\n")));
    Descriptor other = accept();
    BOOST_TEST(heard(other) == "do this\n");
    base::Bytes piece(10);
    BOOST_TEST(!program->readOutput(piece, test::kNoTime).has_value());
    BOOST_TEST(!program->wait(test::kNoTime).has_value());
    say(other, "done");
    other.reset();
    BOOST_TEST(test::outputOf(*program) == "done");
    BOOST_TEST((program->wait(test::kNoTime) == platform::kUnknownExitCode));
}

BOOST_AUTO_TEST_CASE(asked_to_stop_it_hears_the_end_and_can_still_say_how_far_it_came) {
    open();
    const auto program = platform::startHandedOver(path, {});
    Descriptor other = accept();
    program->askToStop();
    BOOST_TEST(heard(other).empty());
    say(other, "stopped");
    other.reset();
    BOOST_TEST(test::outputOf(*program) == "stopped");
}

BOOST_AUTO_TEST_CASE(ended_by_force_nothing_is_waited_for) {
    open();
    const auto program = platform::startHandedOver(path, {});
    const Descriptor other = accept();
    program->kill();
    BOOST_TEST(test::outputOf(*program).empty());
    BOOST_TEST((program->wait(test::kLong) == platform::kUnknownExitCode));
    BOOST_TEST(heard(other).empty());
    BOOST_TEST(::send(other.get(), "x", 1, MSG_NOSIGNAL) == -1);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_it_is_refused) {
    BOOST_CHECK_EXCEPTION((void)platform::startHandedOver(path, {}), base::Error, hasCode("PROC-0007"));
    BOOST_CHECK_EXCEPTION((void)platform::startHandedOver(std::string(200, 'x'), {}), base::Error,
                          hasCode("PROC-0007"));
    BOOST_CHECK_EXCEPTION((void)platform::startHandedOver("", {}), base::Error, hasCode("PROC-0007"));
}

BOOST_AUTO_TEST_SUITE_END()
