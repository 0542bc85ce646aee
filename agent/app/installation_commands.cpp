// SPDX-License-Identifier: Apache-2.0
// installation_commands.cpp: what packages and those who look after the machine ask of the service:
// configure, status, install, repair, remove.
#include "agent/app/command.hpp"
#include "agent/app/commands.hpp"
#include "agent/config/agent_settings.hpp"
#include "agent/web/listeners.hpp"
#include "agent/web/probe.hpp"
#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "platform/service_control.hpp"

namespace app {

namespace {

constexpr const char* kServiceName = "hbr";

config::AgentSettingsFile settingsFileOf(Command& command) {
    const platform::FileSystem& fileSystem = command.around.fileSystem;
    return {fileSystem, fileSystem.absolutePath(command.around.configFolder)};
}

void printResult(Command& command, const std::function<void(base::JsonWriter&)>& members) {
    if (!command.isJson) return;
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1);
    members(json);
    json.endObject();
    command.print(json);
}

platform::ServiceRegistration registrationOf(Command& command) {
    platform::ServiceRegistration service;
    service.name = kServiceName;
    service.displayName = "HBR backup agent";
    service.description =
        "Backs up by schedules and shows the management page.\r\n"
        "Without it no backup is made, and the page does not answer.";
    service.commandLine = {platform::programPath(), "service", "run"};
    if (const auto folder = command.line.value("log-folder")) {
        service.commandLine.emplace_back("--log-folder");
        service.commandLine.push_back(command.around.fileSystem.absolutePath(*folder));
    }
    return service;
}

int endRegistration(Command& command, const std::vector<std::string>& unknown, const std::string& sentence) {
    for (const std::string& setting : unknown) command.warn(setting);
    printResult(command, [](base::JsonWriter&) {});
    command.say(sentence);
    return kDone;
}

}  // namespace

int configureService(Command& command) {
    config::AgentSettingsFile file = settingsFileOf(command);
    const config::SettingsOverrides wanted{command.line.value("port"), command.line.value("listen")};
    const config::AgentSettings before = file.read();
    const config::AgentSettings settings = config::overridden(before, wanted);
    if (settings.port != before.port || command.line.has("require-free")) web::requireFree(settings.port);
    const bool isChange = wanted.port || wanted.listenAddress;
    if (isChange) file.update([&wanted](auto& changing) { changing = config::overridden(changing, wanted); });
    printResult(command, [&settings](base::JsonWriter& json) {
        json.member("port", std::uint64_t{settings.port}).member("listen", settings.listenAddress);
    });
    if (!command.isJson)
        command.print("port " + std::to_string(settings.port) + ", listen " + settings.listenAddress);
    if (isChange) command.say("That counts when the service starts the next time.");
    return kDone;
}

int showServiceStatus(Command& command) {
    const config::SettingsOverrides overrides =
        config::SettingsOverrides::fromEnvironment(command.around.environment);
    const config::AgentSettings settings = config::overridden(settingsFileOf(command).read(), overrides);
    const auto version = web::versionOnPort(settings.port);
    const std::string place = "http://localhost:" + std::to_string(settings.port);
    if (!version) {
        throw base::Error(base::ErrorKind::Unavailable, "SERVICE-0011",
                          "The page of HBR does not answer at " + place,
                          "Start the service: 'systemctl start hbr', on Windows 'sc start hbr'. Its log, or "
                          "'systemctl status hbr', tells why it does not run.",
                          base::Retry::Later);
    }
    printResult(command,
                [&](base::JsonWriter& json) { json.member("page", place).member("version", *version); });
    if (!command.isJson)
        command.print("The page answers at " + place + (version->empty() ? "" : ", version " + *version) +
                      ".");
    return kDone;
}

int installServiceCommand(Command& command) {
    const auto unknown = platform::installService(registrationOf(command));
    return endRegistration(command, unknown, "The service is installed. Start it with 'sc start hbr'.");
}

int repairServiceCommand(Command& command) {
    const auto unknown = platform::repairService(registrationOf(command));
    return endRegistration(command, unknown, "The service is registered anew.");
}

int removeServiceCommand(Command& command) {
    platform::removeService(kServiceName);
    return endRegistration(command, {}, "The service is removed.");
}

}  // namespace app
