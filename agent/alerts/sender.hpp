// SPDX-License-Identifier: Apache-2.0
// sender.hpp: takes a message to a target; and the sealing of what targets hold of secrets.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/alerts/message.hpp"
#include "agent/alerts/targets.hpp"

namespace alerts {

/// Takes messages to targets. Thread-safe.
class Sender {
public:
    virtual ~Sender() = default;

    /// Returns what the server said. Takes Wire::kMostTime at most, besides the time that the system's
    /// resolver needs for a name, and ends when `stop` is asked. Throws Error.
    virtual std::string send(const Message& message, const Target& target, const std::stop_token& stop) = 0;
};

/// The real one. What is secret in targets was sealed for this config folder.
std::unique_ptr<Sender> networkSender(std::string configFolder);

/// Seals for Target::sealedAddress and Target::sealedSecret.
base::Bytes sealAddress(const std::string& configFolder, std::string_view address);
base::Bytes sealSecret(const std::string& configFolder, std::string_view secret);

}  // namespace alerts
