// SPDX-License-Identifier: Apache-2.0
// service_host_test.cpp: services under systemd, for which a socket of the test stands in.
#include "platform/service_host.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <filesystem>

#include "platform/base/text.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/systemd_manager.hpp"
#include "platform/process.hpp"
#include "tests/platform/linux/forked_child.hpp"
#include "tests/platform/temporary_folder.hpp"

using platform::ServiceHost;
using platform::linux::Descriptor;
using platform::linux::SystemdManager;
using test::exitCodeOf;
using test::ForkedChild;
using test::hasCode;
using test::TemporaryFolder;
using namespace std::chrono_literals;

namespace {

/// The end of the protocol at which systemd sits.
class NotifySocket final {
public:
    /// A name that begins with '@' is abstract.
    explicit NotifySocket(std::string socketName) : name(std::move(socketName)) {
        socket_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        struct sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path);
        const bool isAbstract = name[0] == '@';
        if (isAbstract) address.sun_path[0] = '\0';
        const std::size_t sizeBytes =
            offsetof(struct sockaddr_un, sun_path) + name.size() + (isAbstract ? 0 : 1);
        BOOST_REQUIRE(::bind(socket_.get(), reinterpret_cast<const struct sockaddr*>(&address),
                             static_cast<socklen_t>(sizeBytes)) == 0);
        // Far longer than any test takes; what never comes fails the test instead of holding it up.
        const struct timeval longest = {120, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    }

    /// The next message; waits for it.
    std::string next() const {
        std::array<char, 10'000> message;
        const ssize_t count = platform::linux::retryInterrupted(
            [&] { return ::recv(socket_.get(), message.data(), message.size(), 0); });
        BOOST_REQUIRE(count >= 0);
        BOOST_TEST(count <= 4096);  // systemd passes longer ones over
        return {message.data(), static_cast<std::size_t>(count)};
    }

    /// Waits for a message, past beats.
    void await(const std::string& message) const {
        std::string got = next();
        while (got == "WATCHDOG=1\n" && got != message) got = next();
        BOOST_TEST(got == message);
    }

    /// True when a message comes in this time.
    bool hasMore(std::chrono::milliseconds time) const {
        struct pollfd end = {socket_.get(), POLLIN, 0};
        return ::poll(&end, 1, static_cast<int>(time.count())) > 0;
    }

    const std::string name;

private:
    Descriptor socket_;
};

/// What systemd sets; an empty value is left out.
void setEnvironment(const std::string& socketName, const std::string& watchdogUsec, const std::string& pid) {
    for (const auto& [key, value] : {std::pair<const char*, std::string>{"NOTIFY_SOCKET", socketName},
                                     {"WATCHDOG_USEC", watchdogUsec},
                                     {"WATCHDOG_PID", pid}}) {
        if (value.empty()) {
            ::unsetenv(key);
        } else {
            ::setenv(key, value.c_str(), 1);
        }
    }
}

std::string ownId() { return std::to_string(::getpid()); }

std::string abstractName() { return "@hbr-test-" + ownId(); }

/// Runs a service in this process, which is a child of the test's, as main() would.
int serve(const platform::ServiceBody& body) {
    try {
        const base::CancelToken stop;
        platform::cancelOnInterrupt(stop);
        return platform::runService("hbr-test", stop, body);
    } catch (const base::Error& error) {
        return error.code() == "SERVICE-0001" ? 41 : error.code() == "SERVICE-0002" ? 42 : 40;
    }
}

int serveWith(const std::string& socketName, const std::string& watchdogUsec,
              const platform::ServiceBody& body) {
    setEnvironment(socketName, watchdogUsec, watchdogUsec.empty() ? "" : ownId());
    return serve(body);
}

void speaksToSystemd(const std::string& socketName) {
    const NotifySocket systemd(socketName);
    SystemdManager manager(socketName, 0ms);
    manager.report(platform::ServicePhase::Starting, 1500ms);
    manager.report(platform::ServicePhase::Running, 0ms);
    manager.showStatus("2 jobs run");
    BOOST_TEST(manager.beat());
    manager.report(platform::ServicePhase::Stopping, 0ms);
    manager.report(platform::ServicePhase::Stopping, 90s);
    for (const char* message :
         {"EXTEND_TIMEOUT_USEC=1500000\n", "READY=1\n", "STATUS=2 jobs run\n", "WATCHDOG=1\n", "STOPPING=1\n",
          "STOPPING=1\nEXTEND_TIMEOUT_USEC=90000000\n"}) {
        BOOST_TEST(systemd.next() == message);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linux_service_host)

BOOST_AUTO_TEST_CASE(a_service_speaks_to_a_socket_that_has_a_path) {
    const TemporaryFolder folder;
    speaksToSystemd(folder / "notify");
}

BOOST_AUTO_TEST_CASE(a_status_that_systemd_would_pass_over_is_cut_between_characters) {
    const NotifySocket systemd(abstractName());
    SystemdManager manager(systemd.name, 0ms);
    manager.showStatus(std::string(4096 - 8, 'x'));
    BOOST_TEST(systemd.next() == "STATUS=" + std::string(4096 - 8, 'x') + "\n");
    std::string text;
    while (text.size() < 9000) text += "\xE5\xA4\x87";
    manager.showStatus(text);
    const std::string cut = systemd.next();
    BOOST_TEST(cut.size() > 4096U - 3);
    BOOST_TEST(cut.ends_with("\xE5\xA4\x87 ...\n"));
    BOOST_TEST(base::isUtf8(cut));
}

BOOST_AUTO_TEST_CASE(a_service_speaks_to_an_abstract_socket) { speaksToSystemd(abstractName()); }

BOOST_AUTO_TEST_CASE(an_abstract_name_may_fill_the_whole_address) {
    const std::size_t room = sizeof(sockaddr_un::sun_path);
    std::string name = abstractName();
    name.resize(room, 'x');
    speaksToSystemd(name);
    BOOST_CHECK_EXCEPTION(SystemdManager(name + "x", 0ms), base::Error, hasCode("SERVICE-0001"));
    BOOST_CHECK_EXCEPTION(SystemdManager("/" + std::string(room - 1, 'x'), 0ms), base::Error,
                          hasCode("SERVICE-0001"));
}

BOOST_AUTO_TEST_CASE(a_socket_that_cannot_be_one_is_refused_in_a_sentence) {
    const auto neverRuns = [](ServiceHost&, const base::CancelToken&) { return 0; };
    for (const std::string name : {"notify", "@", "/", "vsock:2:1234"}) {
        BOOST_TEST(exitCodeOf([&] { return serveWith(name, "", neverRuns); }) == 41, name);
    }
}

BOOST_AUTO_TEST_CASE(readiness_that_systemd_does_not_hear_ends_the_service) {
    BOOST_TEST(exitCodeOf([] {
                   return serveWith("/nowhere/notify", "", [](ServiceHost& host, const base::CancelToken&) {
                       host.showStatus("is lost");
                       host.ready();
                       return 0;
                   });
               }) == 42);
}

BOOST_AUTO_TEST_CASE(children_of_a_service_do_not_speak_for_it) {
    const NotifySocket systemd(abstractName());
    BOOST_TEST(exitCodeOf([&systemd] {
                   return serveWith(systemd.name, "1000000", [](ServiceHost&, const base::CancelToken&) {
                       const std::string all = platform::runProgram({"env"}, {}).output;
                       const bool isClean = all.find("NOTIFY_SOCKET=") == std::string::npos &&
                                            all.find("WATCHDOG_") == std::string::npos;
                       return all.find("PATH=") != std::string::npos && isClean ? 0 : 1;
                   });
               }) == 0);
}

BOOST_AUTO_TEST_CASE(beats_are_for_the_process_that_systemd_names) {
    const NotifySocket systemd(abstractName());
    const auto limitWith = [&systemd](const std::string& microseconds, const std::string& pid) {
        return exitCodeOf([&] {
            setEnvironment(systemd.name, microseconds, pid == "own" ? ownId() : pid);
            return static_cast<int>(SystemdManager::takeFromEnvironment()->beatLimit().count());
        });
    };
    BOOST_TEST(limitWith("30000", "own") == 30);
    BOOST_TEST(limitWith("30000", "") == 30);
    BOOST_TEST(limitWith("30000", "1") == 0);
    BOOST_TEST(limitWith("", "own") == 0);
    BOOST_TEST(limitWith("soon", "own") == 0);
}

BOOST_AUTO_TEST_CASE(a_service_that_works_beats_again_and_again) {
    const NotifySocket systemd(abstractName());
    ForkedChild service([&systemd] {
        return serveWith(systemd.name, "20000", [](ServiceHost& host, const base::CancelToken&) {
            host.ready();
            while (host.waitFor(1h)) continue;
            return 0;
        });
    });
    systemd.await("READY=1\n");
    for (int i = 0; i < 5; ++i) BOOST_TEST(systemd.next() == "WATCHDOG=1\n");
    service.send(SIGTERM);
    systemd.await("STOPPING=1\n");
    BOOST_TEST(service.exitCode() == 0);
}

BOOST_AUTO_TEST_CASE(a_service_that_hangs_does_not_beat) {
    const NotifySocket systemd(abstractName());
    ForkedChild service([&systemd] {
        return serveWith(systemd.name, "2000", [](ServiceHost& host, const base::CancelToken&) {
            host.ready();
            static_cast<void>(host.waitFor(1ms));
            // Nobody but the body could beat for it.
            const auto threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
            host.showStatus(std::to_string(threads) + " thread hangs");
            for (;;) ::pause();
            return 0;
        });
    });
    systemd.await("READY=1\n");
    systemd.await("STATUS=1 thread hangs\n");
    BOOST_TEST(!systemd.hasMore(40ms));
}

BOOST_AUTO_TEST_CASE(sigterm_stops_a_service_in_its_own_time) {
    const TemporaryFolder folder;
    const NotifySocket systemd(folder / "notify");
    ForkedChild service([&systemd] {
        return serveWith(systemd.name, "", [](ServiceHost& host, const base::CancelToken&) {
            host.ready();
            while (host.waitFor(1h)) continue;
            host.stopping(2s);
            host.needTime(3s);
            return 7;
        });
    });
    systemd.await("READY=1\n");
    service.send(SIGTERM);
    systemd.await("STOPPING=1\nEXTEND_TIMEOUT_USEC=2000000\n");
    systemd.await("STOPPING=1\nEXTEND_TIMEOUT_USEC=3000000\n");
    systemd.await("STOPPING=1\n");
    BOOST_TEST(service.exitCode() == 7);
}

BOOST_AUTO_TEST_CASE(a_second_sigterm_ends_it_at_once) {
    const NotifySocket systemd(abstractName());
    ForkedChild service([&systemd] {
        return serveWith(systemd.name, "", [](ServiceHost& host, const base::CancelToken&) {
            host.ready();
            while (host.waitFor(1h)) continue;
            host.stopping(1h);
            for (;;) ::pause();
            return 0;
        });
    });
    systemd.await("READY=1\n");
    service.send(SIGTERM);
    systemd.await("STOPPING=1\nEXTEND_TIMEOUT_USEC=3600000000\n");
    service.send(SIGTERM);
    BOOST_TEST(service.exitCode() == 130);
}

BOOST_AUTO_TEST_CASE(without_systemd_a_service_runs_in_the_foreground) {
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Descriptor readEnd(ends[0]);
    Descriptor writeEnd(ends[1]);
    ForkedChild service([&writeEnd] {
        ::dup2(writeEnd.get(), STDERR_FILENO);
        return serveWith("", "", [](ServiceHost& host, const base::CancelToken&) {
            host.ready();
            host.showStatus("waits for work");
            while (host.waitFor(1h)) continue;
            host.stopping(1s);
            return 0;
        });
    });
    writeEnd.reset();
    std::array<char, 100> line;
    const ssize_t count = ::read(readEnd.get(), line.data(), line.size());
    BOOST_REQUIRE(count > 0);
    BOOST_TEST(std::string(line.data(), static_cast<std::size_t>(count)) == "hbr-test: waits for work\n");
    service.send(SIGINT);
    BOOST_TEST(service.exitCode() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
