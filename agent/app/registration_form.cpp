// SPDX-License-Identifier: Apache-2.0
#include "agent/app/registration_form.hpp"

#include "agent/app/small_input.hpp"
#include "agent/s3/settings.hpp"
#include "platform/base/error.hpp"

namespace app {

void AskedAccessKey::addTo(base::JsonWriter& json) const {
    json.member("accessKeyId", id).member("accessKeySecret", base::asText(secret.view()));
}

AskedAccessKey askedAccessKey(Command& command) {
    if (const auto file = command.line.value("access-key-file")) {
        std::string text = textFromFile(command.around.fileSystem, *file);
        auto read = s3::parseCredentials(base::asBytes(text));
        base::wipe(text.data(), text.size());
        return {std::move(read.accessKeyId), std::move(read.secretAccessKey)};
    }
    auto id = command.environment("HBR_S3_ACCESS_KEY_ID");
    if (!id) id = command.around.console.askLine("AccessKey ID: ");
    if (!id) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0071",
                          "The access key is needed, and there is no terminal to ask on",
                          "Give --access-key-file FILE, or set HBR_S3_ACCESS_KEY_ID and "
                          "HBR_S3_SECRET_ACCESS_KEY.");
    }
    return {*id,
            askedSecret(command, {"access-key-file", "HBR_S3_SECRET_ACCESS_KEY", "The AccessKey Secret"})};
}

std::string certificateText(const Command& command) {
    const auto file = command.line.value("certificate");
    if (!file) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0072", "Which certificate to use is not given",
                          "Name the file that was downloaded from the console with --certificate FILE.");
    }
    return textFromFile(command.around.fileSystem, *file);
}

SecretJson askedForm(Command& command, const RegistrationWords& words, const AskedAccessKey& accessKey) {
    const base::SecretBytes logon = askedSecret(command, kLogonPassword, words.logonTyping);
    const base::SecretBytes vault = askedSecret(command, kVaultPassword, words.vaultTyping);
    base::JsonWriter json;
    json.beginObject().member("certificate", words.certificate);
    accessKey.addTo(json);
    if (const auto network = command.line.value("network")) json.member("network", *network);
    json.member("password", base::asText(logon.view()));
    json.member("vaultPassword", base::asText(vault.view()));
    json.member("encryptAccessKey", command.line.has("encrypt-access-key"));
    json.member("issuer", words.issuer);
    json.member("acceptDifference", command.line.has("accept-difference"));
    return SecretJson(json.endObject().text());
}

}  // namespace app
