// SPDX-License-Identifier: Apache-2.0
// registration_form.hpp: what a person gives to register a client, as the body of a request.
#pragma once

#include <string>

#include "agent/app/asked_secret.hpp"
#include "platform/base/json_writer.hpp"

namespace app {

/// JSON with secrets in it, wiped when it goes.
class SecretJson final {
public:
    explicit SecretJson(std::string text) : text_(std::move(text)) {}
    SecretJson(SecretJson&&) noexcept = default;
    SecretJson(const SecretJson&) = delete;
    SecretJson& operator=(const SecretJson&) = delete;
    SecretJson& operator=(SecretJson&&) = delete;
    ~SecretJson() { base::wipe(text_.data(), text_.size()); }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

/// Id and secret of an access key: --access-key-file, the variables of buckets, or asked for.
struct AskedAccessKey {
    std::string id;
    base::SecretBytes secret;

    void addTo(base::JsonWriter& json) const;
};
AskedAccessKey askedAccessKey(Command& command);

/// The text of --certificate. Throws Error (Invalid, "CLI-0072") when it is not given.
std::string certificateText(const Command& command);

/// The body of a registration. `confirmedIssuer` is a fingerprint, or empty.
struct RegistrationWords {
    std::string certificate;
    std::string issuer;
    Typing logonTyping = Typing::Once;
    Typing vaultTyping = Typing::Once;
};
SecretJson askedForm(Command& command, const RegistrationWords& words, const AskedAccessKey& accessKey);

}  // namespace app
