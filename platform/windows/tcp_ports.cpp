// SPDX-License-Identifier: Apache-2.0
// tcp_ports.cpp: listeners as Windows' table of connections tells of them; WSAPoll().
#include "platform/tcp_ports.hpp"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <windows.h>

#include <array>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

/// The table of those that listen, with their processes; empty when Windows tells none.
base::Bytes listenersOf(ULONG family) {
    ULONG sizeBytes = 0;
    base::Bytes table;
    // It may grow between the call that tells its size and the one that fetches it.
    for (int tries = 0; tries < 5; ++tries) {
        const DWORD outcome = GetExtendedTcpTable(table.empty() ? nullptr : table.data(), &sizeBytes, FALSE,
                                                  family, TCP_TABLE_OWNER_PID_LISTENER, 0);
        if (outcome == NO_ERROR && !table.empty()) return table;
        if (outcome != ERROR_INSUFFICIENT_BUFFER) break;
        table.resize(sizeBytes);
    }
    return {};
}

template <typename Table>
std::optional<DWORD> ownerIn(const base::Bytes& bytes, std::uint16_t port) {
    if (bytes.size() < sizeof(DWORD)) return std::nullopt;
    const auto* table = reinterpret_cast<const Table*>(bytes.data());
    for (DWORD i = 0; i < table->dwNumEntries; ++i) {
        const auto& row = table->table[i];
        if (ntohs(static_cast<u_short>(row.dwLocalPort)) == port) return row.dwOwningPid;
    }
    return std::nullopt;
}

std::string programOf(DWORD processId) {
    const windows::Handle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, processId));
    std::wstring path(32768, L'\0');
    DWORD length = static_cast<DWORD>(path.size());
    if (!process || QueryFullProcessImageNameW(process.get(), 0, path.data(), &length) == 0) return {};
    path.resize(length);
    return windows::toUtf8(path.substr(path.find_last_of(L'\\') + 1));
}

}  // namespace

std::optional<PortOwner> listenerOn(std::uint16_t port) {
    auto owner = ownerIn<MIB_TCPTABLE_OWNER_PID>(listenersOf(AF_INET), port);
    if (!owner) owner = ownerIn<MIB_TCP6TABLE_OWNER_PID>(listenersOf(AF_INET6), port);
    // Wine names process 0, which owns nothing, for every socket.
    if (!owner || *owner == 0) return std::nullopt;
    return PortOwner{*owner, programOf(*owner)};
}

bool listenersReuseAddress() noexcept { return false; }

int quietSendFlags() noexcept { return 0; }

void awaitSockets(std::span<SocketWatch> sockets, std::chrono::milliseconds longest) {
    std::vector<WSAPOLLFD> asked;
    asked.reserve(sockets.size());
    std::vector<SocketWatch*> askers;
    for (SocketWatch& watch : sockets) {
        watch.isReady = false;
        // Even who wants nothing would be told, again and again, that a client has gone.
        if (!watch.wantsRead && !watch.wantsWrite) continue;
        askers.push_back(&watch);
        const int events = (watch.wantsRead ? POLLRDNORM : 0) | (watch.wantsWrite ? POLLWRNORM : 0);
        asked.push_back({static_cast<SOCKET>(watch.socket), static_cast<SHORT>(events), 0});
    }
    const int ready =
        WSAPoll(asked.data(), static_cast<ULONG>(asked.size()), static_cast<INT>(longest.count()));
    if (ready < 0) {
        throw base::Error(base::ErrorKind::Unavailable, "NET-0001",
                          "Windows does not tell which sockets are ready - " +
                              windows::systemErrorText(static_cast<DWORD>(WSAGetLastError())),
                          "Close other programs, then try again.", base::Retry::Later);
    }
    for (std::size_t i = 0; i < askers.size(); ++i) askers[i]->isReady = ready > 0 && asked[i].revents != 0;
}

}  // namespace platform
