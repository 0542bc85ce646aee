// SPDX-License-Identifier: Apache-2.0
// remote_commands.cpp: what asks an agent over its port: client activate, service unlock.
#include "agent/app/agent_api.hpp"
#include "agent/app/asked_secret.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/registration_form.hpp"
#include "agent/service/serve.hpp"
#include "agent/web/agent_client.hpp"
#include "platform/base/error.hpp"
#include "platform/known_paths.hpp"

namespace app {

namespace {

/// What the agent refused, as it said it.
void requireDone(const web::AgentReply& reply) {
    if (reply.status < 400) return;
    api::Answer answer;
    answer.status = reply.status;
    answer.body = reply.body;
    throw base::Error(errorOf(answer));
}

/// Empty without TLS.
std::string confirmedFingerprint(Command& command, web::AgentClient& agent) {
    if (const auto given = command.line.value("fingerprint")) return *given;
    std::string found = agent.fingerprint();
    if (found.empty()) return found;
    if (!command.confirm("The agent's certificate has the fingerprint " + found +
                         ". Does the machine itself show the same?")) {
        throw base::Error(base::ErrorKind::Denied, "CLIENT-0009", "The agent's certificate was not confirmed",
                          "Nothing secret was sent.");
    }
    return found;
}

std::uint16_t pagePort(Command& command) {
    auto overrides = config::SettingsOverrides::fromEnvironment(command.around.environment);
    if (const auto port = command.line.value("port")) overrides.port = port;
    const config::AgentSettingsFile file(command.around.fileSystem,
                                         command.around.fileSystem.absolutePath(command.around.configFolder));
    return config::overridden(file.read(), overrides).port;
}

}  // namespace

int activateClientCommand(Command& command) {
    const auto& operands = command.line.operands;
    const auto address = operands.empty() ? web::AgentAddress() : web::AgentAddress::parse(operands.front());
    RegistrationWords words;
    words.certificate = certificateText(command);
    words.issuer = command.line.value("issuer").value_or("");
    web::AgentClient agent(address);
    const std::string fingerprint = confirmedFingerprint(command, agent);
    const AskedAccessKey accessKey = askedAccessKey(command);
    words.logonTyping = Typing::Twice;
    words.vaultTyping = Typing::Twice;
    const SecretJson form = askedForm(command, words, accessKey);
    const web::AgentReply reply = agent.post("/activation", form.text(), fingerprint);
    requireDone(reply);
    if (command.isJson) command.print(reply.body);
    command.say("The agent at " + address.url() + " is registered.");
    return kDone;
}

int unlockServiceCommand(Command& command) {
    // The password goes to whoever listens at the port: that must be the service.
    const platform::FileSystem& files = command.around.fileSystem;
    if (!service::isServing(files, files.absolutePath(platform::stateFolder()))) {
        throw base::Error(base::ErrorKind::NotFound, "CLIENT-0010",
                          "No service of HBR runs here, so there is nothing to unlock",
                          "Start it first, or set HBR_STATE_DIR to the folder that it works with.");
    }
    web::AgentAddress address;
    address.port = pagePort(command);
    web::AgentClient agent(address);
    const base::SecretBytes password = askedSecret(command, kLogonPassword);
    base::JsonWriter json;
    json.beginObject().member("password", base::asText(password.view())).endObject();
    requireDone(agent.post("/session", SecretJson(json.text()).text(), {}));
    if (command.isJson) {
        base::JsonWriter done;
        done.beginObject().member("type", "result").member("schema", 1).endObject();
        command.print(done);
    }
    command.say("The logon password was taken. Jobs that waited for it begin.");
    return kDone;
}

}  // namespace app
