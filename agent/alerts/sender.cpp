// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/sender.hpp"

#include <array>
#include <utility>

#include "agent/alerts/smtp.hpp"
#include "agent/alerts/webhook.hpp"
#include "agent/alerts/wire.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/random.hpp"
#include "platform/secrets.hpp"

namespace alerts {

namespace {

/// Bound to what a secret is for, so that no file can pass one off as another.
constexpr const char* kAddressPurpose = "hbr alert address";
constexpr const char* kSecretPurpose = "hbr alert secret";

class NetworkSender final : public Sender {
public:
    explicit NetworkSender(std::string configFolder) : configFolder_(std::move(configFolder)) {}

    std::string send(const Message& message, const Target& target, const std::stop_token& stop) override {
        return target.kind == TargetKind::Mail ? sendByMail(message, target, stop)
                                               : sendByWebhook(message, target, stop);
    }

private:
    [[nodiscard]] base::SecretBytes open(const base::Bytes& sealedBytes, const char* purpose) const {
        if (sealedBytes.empty()) return {};
        return platform::makeSecretStore(configFolder_)->open(sealedBytes, purpose);
    }

    std::string sendByMail(const Message& message, const Target& target, const std::stop_token& stop) const {
        const base::SecretBytes password = open(target.sealedSecret, kSecretPurpose);
        std::array<base::Byte, 16> unique{};
        platform::fillRandom(unique);
        const std::string mail = mailOf(message, target, base::encodeHex(unique));
        Wire wire(target.server, target.port, Wire::kMostTime, stop);
        return sendMail(wire, target, password, mail);
    }

    std::string sendByWebhook(const Message& message, const Target& target,
                              const std::stop_token& stop) const {
        const base::SecretBytes written = open(target.sealedAddress, kAddressPurpose);
        const auto address = parseWebAddress(base::asText(written.view()));
        if (!address) {
            throw base::Error(base::ErrorKind::Invalid, "ALERT-0006",
                              "The target '" + base::printable(target.name) + "' has no address",
                              "Give it one.", base::Retry::AfterFix);
        }
        const base::SecretBytes key = open(target.sealedSecret, kSecretPurpose);
        const std::string body = jsonOf(message);
        Wire wire(address->host, address->port, Wire::kMostTime, stop);
        return post(wire, *address, target.caFile, body, key.empty() ? "" : signatureOf(body, key.view()));
    }

    const std::string configFolder_;
};

base::Bytes sealFor(const std::string& configFolder, std::string_view secret, const char* purpose) {
    return platform::makeSecretStore(configFolder)->seal(base::asBytes(secret), purpose);
}

}  // namespace

std::unique_ptr<Sender> networkSender(std::string configFolder) {
    return std::make_unique<NetworkSender>(std::move(configFolder));
}

base::Bytes sealAddress(const std::string& configFolder, std::string_view address) {
    return sealFor(configFolder, address, kAddressPurpose);
}

base::Bytes sealSecret(const std::string& configFolder, std::string_view secret) {
    return sealFor(configFolder, secret, kSecretPurpose);
}

}  // namespace alerts
