// SPDX-License-Identifier: Apache-2.0
// client_commands.cpp: client register, show, trust-issuer.
#include <algorithm>

#include "agent/app/agent_api.hpp"
#include "agent/app/asked_secret.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/registration_form.hpp"
#include "agent/config/agent_settings.hpp"
#include "agent/registration/issuer_key.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

std::string shown(const json::JsonObject& object, const char* name) {
    return base::printable(object.text(name).value_or(""));
}

void printLook(Command& command, const json::JsonObject& look) {
    command.say("The certificate makes this machine the client '" + shown(look, "clientName") +
                "' of the vault '" + shown(look, "vaultName") + "' in " + shown(look, "place") + ".");
    command.say("It is good until " + localMoment(look, "endsAt") + " and was signed by " +
                shown(look, "issuer") + ".");
}

/// The fingerprint that a person has compared; empty when the issuer is trusted already.
std::string confirmedIssuer(Command& command, const json::JsonObject& look) {
    if (const auto given = command.line.value("issuer")) return *given;
    if (look.flag("isIssuerTrusted").value_or(false)) return {};
    const bool isConfirmed =
        command.confirm("Does the console show the same fingerprint, " + shown(look, "issuer") + "?");
    return isConfirmed ? look.text("issuer").value_or("") : std::string();
}

SecretJson previewBody(const Command& command, const std::string& certificate,
                       const AskedAccessKey* accessKey) {
    base::JsonWriter json;
    json.beginObject().member("certificate", certificate);
    if (accessKey != nullptr) accessKey->addTo(json);
    if (const auto network = command.line.value("network")) json.member("network", *network);
    return SecretJson(json.endObject().text());
}

void printClient(Command& command, const json::JsonObject& state) {
    const auto client = state.object("client");
    if (!client) {
        command.say(
            "This machine is not registered: 'hbr client register' does it with a certificate, and 'hbr "
            "vault "
            "create' makes a vault without one.");
        return;
    }
    const auto vault = client->object("vault");
    command.print("Client       " + shown(*client, "name") + "  (" + shown(*client, "id") + ")");
    command.print("Vault        " + (vault ? shown(*vault, "name") + "  in " + shown(*vault, "place")
                                           : std::string("was disconnected; register again")));
    command.print("Network      " + shown(*client, "network"));
    command.print("Issuer       " + shown(*client, "issuer"));
    command.print("Registered   " + localMoment(*client, "registered"));
    if (!vault || !vault->flag("isAccessKeyEncrypted").value_or(false)) return;
    command.print("AccessKey    encrypted under the logon password");
    if (!state.texts("waitingVaults").value_or(std::vector<std::string>()).empty())
        command.print("             jobs wait for it: log in at the page, or run 'hbr service unlock'");
}

}  // namespace

int registerClientCommand(Command& command) {
    const std::string certificate = certificateText(command);
    const json::JsonObject look = askForObject(command, api::Method::Post, "/registration/preview",
                                               previewBody(command, certificate, nullptr).text());
    printLook(command, look);
    RegistrationWords words;
    words.certificate = certificate;
    words.issuer = confirmedIssuer(command, look);
    const AskedAccessKey accessKey = askedAccessKey(command);
    const json::JsonObject tried = askForObject(command, api::Method::Post, "/registration/preview",
                                                previewBody(command, certificate, &accessKey).text());
    const json::JsonObject before = askForObject(command, api::Method::Get, "/registration");
    words.logonTyping = before.flag("hasPassword").value_or(false) ? Typing::Once : Typing::Twice;
    words.vaultTyping = tried.flag("hasVault").value_or(false) ? Typing::Once : Typing::Twice;
    if (command.line.has("dry-run")) {
        command.say("The certificate is good and the access key is taken. Nothing was kept.");
        return kDone;
    }
    const SecretJson form = askedForm(command, words, accessKey);
    const api::Answer answer = askAgent(command, api::Method::Post, "/registration", form.text());
    printAnswer(command, answer);
    const auto state = json::JsonObject::parse(answer.body);
    if (!command.isJson && state) printClient(command, *state);
    if (command.line.has("encrypt-access-key"))
        command.say(
            "A service that runs needs the logon password to use the access key: log in at its page, "
            "or run 'hbr service unlock'.");
    return kDone;
}

int showClientCommand(Command& command) {
    const api::Answer answer = askAgent(command, api::Method::Get, "/registration");
    printAnswer(command, answer);
    const auto state = json::JsonObject::parse(answer.body);
    if (!command.isJson && state) printClient(command, *state);
    return kDone;
}

int trustIssuerCommand(Command& command) {
    const std::string& given = command.line.operands.front();
    const auto fingerprint = registration::fingerprintFrom(given);
    if (!fingerprint) {
        throw base::Error(base::ErrorKind::Invalid, "CLIENT-0006",
                          "'" + base::printable(given) + "' is neither an issuer's key nor its fingerprint",
                          "Give the fingerprint that the console shows: eight groups of four hex digits.");
    }
    config::AgentSettingsFile file(command.around.fileSystem,
                                   command.around.fileSystem.absolutePath(command.around.configFolder));
    file.update([&](config::AgentSettings& settings) {
        auto& trusted = settings.trustedIssuers;
        if (std::ranges::find(trusted, *fingerprint) == trusted.end()) trusted.push_back(*fingerprint);
    });
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("fingerprint", *fingerprint);
        command.print(json.endObject());
    }
    command.say("Certificates signed by " + *fingerprint + " are taken from now on.");
    return kDone;
}

}  // namespace app
