// SPDX-License-Identifier: Apache-2.0
// tcp_ports.cpp: listeners as /proc tells of them; poll().
#include "platform/tcp_ports.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/linux/small_file.hpp"
#include "platform/linux/system_error.hpp"

namespace platform {

namespace {

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

Folder openFolder(const std::string& path) { return {::opendir(path.c_str()), &::closedir}; }

std::vector<std::string_view> wordsOf(std::string_view line) {
    std::vector<std::string_view> words;
    for (const std::string_view word : base::split(line, ' ')) {
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

/// The inode of the socket that listens on the port; the kernel lists those that listen first.
std::optional<std::string> listeningInode(const char* table, std::uint16_t port) {
    constexpr std::string_view kListens = "0A";
    const std::string text = linux::readSmallFile(table).value_or("");
    std::array<char, 8> wanted{};
    std::snprintf(wanted.data(), wanted.size(), ":%04X", static_cast<unsigned>(port));
    for (const std::string_view line : base::split(text, '\n')) {
        const auto words = wordsOf(line);
        if (words.size() < 10 || words[3] != kListens || !words[1].ends_with(wanted.data())) continue;
        return std::string(words[9]);
    }
    return std::nullopt;
}

bool hasSocket(const std::string& processFolder, const std::string& wantedLink) {
    const std::string folder = processFolder + "/fd";
    const Folder descriptors = openFolder(folder);
    if (!descriptors) return false;
    while (const dirent* entry = ::readdir(descriptors.get())) {
        std::array<char, 64> target{};
        const std::string path = folder + "/" + static_cast<const char*>(entry->d_name);
        const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
        if (length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) == wantedLink) {
            return true;
        }
    }
    return false;
}

std::string programOf(const std::string& processFolder) {
    const std::string name = linux::readSmallFile(processFolder + "/comm").value_or("");
    return std::string(base::trim(name));
}

}  // namespace

std::optional<PortOwner> listenerOn(std::uint16_t port) {
    auto inode = listeningInode("/proc/net/tcp", port);
    if (!inode) inode = listeningInode("/proc/net/tcp6", port);
    const Folder processes = inode ? openFolder("/proc") : Folder(nullptr, &::closedir);
    if (!processes) return std::nullopt;
    const std::string link = "socket:[" + *inode + "]";
    while (const dirent* entry = ::readdir(processes.get())) {
        const std::string name = static_cast<const char*>(entry->d_name);
        const auto id = base::parseUnsigned(name);
        if (id && hasSocket("/proc/" + name, link)) return PortOwner{*id, programOf("/proc/" + name)};
    }
    return std::nullopt;
}

bool listenersReuseAddress() noexcept { return true; }

int quietSendFlags() noexcept { return MSG_NOSIGNAL; }

void awaitSockets(std::span<SocketWatch> sockets, std::chrono::milliseconds longest) {
    std::vector<pollfd> asked;
    asked.reserve(sockets.size());
    std::vector<SocketWatch*> askers;
    for (SocketWatch& watch : sockets) {
        watch.isReady = false;
        // Even who wants nothing would be told, again and again, that a client has gone.
        if (!watch.wantsRead && !watch.wantsWrite) continue;
        askers.push_back(&watch);
        const int events = (watch.wantsRead ? POLLIN : 0) | (watch.wantsWrite ? POLLOUT : 0);
        asked.push_back({static_cast<int>(watch.socket), static_cast<short>(events), 0});
    }
    const int ready = ::poll(asked.data(), asked.size(), static_cast<int>(longest.count()));
    if (ready < 0 && errno != EINTR) {
        throw base::Error(base::ErrorKind::Unavailable, "NET-0001",
                          "The system does not tell which sockets are ready - " + linux::reasonOf(errno),
                          "Close other programs, then try again.", base::Retry::Later);
    }
    for (std::size_t i = 0; i < askers.size(); ++i) askers[i]->isReady = ready > 0 && asked[i].revents != 0;
}

}  // namespace platform
