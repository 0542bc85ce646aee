// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/webhook.hpp"

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace alerts {

std::string post(Wire& wire, const WebAddress& address, const std::string& caFile, std::string_view body,
                 const std::string& signature) {
    if (address.isTls) wire.startTls(caFile);
    std::string request = "POST " + address.path + " HTTP/1.1\r\nHost: " + address.hostAndPort() +
                          "\r\nUser-Agent: hbr/" HBR_VERSION
                          "\r\nAccept: */*\r\nConnection: close\r\nContent-Type: application/json"
                          "\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n";
    if (!signature.empty()) request += "X-HBR-Signature: " + signature + "\r\n";
    request += "\r\n";
    request += body;
    wire.write(request);
    const std::string line = wire.readLine();
    const auto status = line.starts_with("HTTP/1.") && line.size() >= 12
                            ? base::parseUnsigned(std::string_view(line).substr(9, 3))
                            : std::nullopt;
    if (status && *status >= 200 && *status < 300) return line;
    throw base::Error(
        base::ErrorKind::Unavailable, "ALERT-0004",
        "The webhook at " + address.shown() + " did not take it: it said '" + base::printable(line) + "'",
        status && *status >= 300 && *status < 400
            ? "It sends to another address: give that one."
            : "Its words, or its log, tell why; correct the address if that is wrong.",
        base::Retry::Later);
}

}  // namespace alerts
