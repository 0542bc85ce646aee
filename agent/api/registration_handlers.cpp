// SPDX-License-Identifier: Apache-2.0
// registration_handlers.cpp: registering this machine with a certificate, and what it is registered as.
#include <algorithm>
#include <utility>

#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/guard.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/client/registrar.hpp"
#include "agent/service/locked_vaults.hpp"
#include "agent/vault/key_store.hpp"
#include "platform/base/error.hpp"
#include "platform/base/given_name.hpp"

namespace api {

namespace {

using client::Form;
using client::Registrar;
using registration::Network;

Registrar registrarOf(const Call& call) {
    return Registrar({call.parts.fileSystem, call.parts.clock, call.parts.configFolder, {}});
}

base::SecretBytes takeSecret(Input& input, const std::string& name) {
    std::string text = input.textOr(name, "");
    base::SecretBytes secret(base::asBytes(text));
    base::wipe(text.data(), text.size());
    return secret;
}

std::optional<Network> takeNetwork(Input& input) {
    const std::string name = input.textOr("network", "");
    if (name.empty()) return std::nullopt;
    const auto network = registration::parseNetwork(name);
    if (!network) input.refuse("network", "The network type is 'vpc', 'classic' or 'public'.");
    return network;
}

void requireSecret(Input& input, const std::string& name, const base::SecretBytes& secret,
                   const char* sentence) {
    if (secret.empty()) input.refuse(name, sentence);
}

Form readForm(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"certificate", "accessKeyId", "accessKeySecret", "network", "password", "vaultPassword",
                     "encryptAccessKey", "issuer", "acceptDifference"});
    Form form;
    form.certificate = input.text("certificate");
    form.accessKey = {input.text("accessKeyId"), takeSecret(input, "accessKeySecret")};
    form.network = takeNetwork(input);
    form.logonPassword = takeSecret(input, "password");
    form.vaultPassword = takeSecret(input, "vaultPassword");
    form.encryptsAccessKey = input.flagOr("encryptAccessKey", false);
    form.confirmedIssuer = input.textOr("issuer", "");
    form.acceptsDifference = input.flagOr("acceptDifference", false);
    requireSecret(input, "accessKeySecret", form.accessKey.secret, "The AccessKey Secret is missing.");
    if (base::countCharacters(base::asText(form.logonPassword.view())) < config::kLeastPasswordCharacters)
        input.refuse("password", "The logon password has at least 6 characters.");
    if (form.vaultPassword.view().size() < vault::kMinPasswordBytes)
        input.refuse("vaultPassword", "The vault's password has at least 6 characters.");
    catalogue::refuse(refused);
    return form;
}

/// Two at once would undo each other's work.
catalogue::Guard oneAtATime(const Call& call) {
    try {
        return {call.parts.fileSystem, call.parts.stateFolder + "/registration.guard",
                std::chrono::milliseconds(0)};
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Busy) throw;
        throw base::Error(
            base::ErrorKind::Busy, "CLIENT-0005", "This machine is being registered at this moment",
            "Wait until that is done, then look whether it is still needed.", base::Retry::Later);
    }
}

void writeVaultOf(base::JsonWriter& json, const Call& call, const config::RegisteredClient& client) {
    config::VaultBook book(call.parts.fileSystem, call.parts.configFolder);
    const auto vault = book.findName(client.vault);
    json.key("vault");
    if (vault) {
        json.beginObject().member("name", vault->name).member("place", vault->path);
        json.member("isAccessKeyEncrypted", vault->isUnderPassword).endObject();
    } else {
        json.null();
    }
}

void writeClient(base::JsonWriter& json, const Call& call, const config::RegisteredClient& client) {
    json.beginObject().member("id", client.id).member("name", client.name);
    writeVaultOf(json, call, client);
    json.member("network", client.network).member("issuer", client.issuer);
    json.member("registered", client.since).endObject();
}

Answer answerWithState(const Call& call, int status = 200) {
    const auto settings = config::AgentSettingsFile(call.parts.fileSystem, call.parts.configFolder).read();
    base::JsonWriter json;
    json.beginObject().member("hasPassword", settings.password.has_value()).key("client");
    if (settings.registration) {
        writeClient(json, call, *settings.registration);
    } else {
        json.null();
    }
    json.key("trustedIssuers").beginArray();
    for (const std::string& issuer : settings.trustedIssuers) json.value(issuer);
    json.endArray().key("waitingVaults").beginArray();
    for (const std::string& vault : service::vaultsThatWait(call.parts.fileSystem, call.parts.stateFolder))
        json.value(vault);
    json.endArray().endObject();
    return answerWith(json, status);
}

void writeLook(base::JsonWriter& json, const client::Look& look) {
    const registration::Certificate& certificate = look.certificate;
    json.beginObject().member("clientName", certificate.client.name);
    json.member("vaultName", certificate.vault.name);
    json.member("vaultDescription", certificate.vault.description);
    json.member("place", certificate.bucket.place());
    json.member("issuedAt", platform::formatUtc(certificate.issuedAt));
    json.member("endsAt", platform::formatUtc(certificate.endsAt()));
    json.key("networks").beginArray();
    for (const auto& [network, endpoint] : certificate.bucket.endpoints) {
        json.beginObject().member("network", registration::toString(network));
        json.member("endpoint", endpoint.url()).endObject();
    }
    json.endArray().member("issuer", look.issuer).member("isIssuerTrusted", look.isIssuerTrusted);
    json.member("difference", look.difference);
}

}  // namespace

Answer getRegistration(const Call& call) { return answerWithState(call); }

Answer previewRegistration(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"certificate", "accessKeyId", "accessKeySecret", "network"});
    const std::string certificate = input.text("certificate");
    const client::AccessKey accessKey{input.textOr("accessKeyId", ""), takeSecret(input, "accessKeySecret")};
    const auto network = takeNetwork(input);
    catalogue::refuse(refused);
    const Registrar registrar = registrarOf(call);
    const client::Look look = registrar.look(certificate);
    std::optional<bool> hasVault;
    if (!accessKey.id.empty()) hasVault = registrar.tryAccessKey(look, accessKey, network);
    base::JsonWriter json;
    writeLook(json, look);
    writeOptional(json, "hasVault", hasVault);
    json.endObject();
    return answerWith(json);
}

Answer registerThisClient(const Call& call) {
    const Form form = readForm(call);
    const catalogue::Guard guard = oneAtATime(call);
    const client::Registered done = registrarOf(call).enrol(form);
    if (done.unlockKey && call.parts.unlockKeeper != nullptr) call.parts.unlockKeeper->take(*done.unlockKey);
    return answerWithState(call, 201);
}

}  // namespace api
