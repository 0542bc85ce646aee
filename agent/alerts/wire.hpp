// SPDX-License-Identifier: Apache-2.0
// wire.hpp: one connection to a server that may be slow, hostile or gone: it ends at a moment, whatever the
// other end does, and reads no more than was bargained for.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace alerts {

/// Used by one thread. Its functions throw Error: Unavailable ("ALERT-0002") when the server is not reached,
/// ends the connection, or takes too long; Denied ("ALERT-0003") when its certificate is not to be trusted.
class Wire final {
public:
    /// For all that is done with it.
    static constexpr std::chrono::seconds kMostTime{30};

    /// Connects. Asking `stop` to stop ends whatever goes on.
    Wire(const std::string& host, std::uint16_t port, std::chrono::milliseconds mostTime,
         const std::stop_token& stop);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// TLS from here on, 1.2 at least, with a server whose certificate names the host and is signed by an
    /// authority of `caFile`, or one of the system's when that is empty.
    void startTls(const std::string& caFile);

    void write(std::string_view bytes);

    /// The next line, without its end.
    std::string readLine();

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace alerts
