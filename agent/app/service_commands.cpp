// SPDX-License-Identifier: Apache-2.0
// service_commands.cpp: service run, service password, and service job and restore, by which the service
// starts its jobs.
#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include "agent/api/api.hpp"
#include "agent/app/agent_api.hpp"
#include "agent/app/asked_secret.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/run.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/client/registrar.hpp"
#include "agent/config/agent_settings.hpp"
#include "agent/search/index_folder.hpp"
#include "agent/service/job_file.hpp"
#include "agent/service/job_words.hpp"
#include "agent/service/serve.hpp"
#include "agent/service/service_log.hpp"
#include "agent/web/page/page_list.hpp"
#include "agent/web/server.hpp"
#include "platform/base/error.hpp"
#include "platform/known_paths.hpp"
#include "platform/process.hpp"
#include "platform/service_host.hpp"
#include "platform/system_log.hpp"

namespace app {

namespace {

/// The name by which systems know the service.
constexpr const char* kServiceName = "hbr";

/// Longer than the service waits: it is the one to use force, unless it is gone.
constexpr std::chrono::minutes kMostTimeToStop{2};

constexpr std::size_t kLongestPathBytes = 4096;
constexpr std::size_t kLongestKeyBytes = 256;

/// Stops the job when the service ends its input: because it is to, or because the service is gone.
void stopAtEndOfInput(const base::CancelToken& cancel) {
    std::thread([cancel] {
        platform::awaitEndOfInput();
        cancel.cancel();
        std::this_thread::sleep_for(kMostTimeToStop);
        std::_Exit(kInterrupted);
    }).detach();
}

/// Under which an access key is encrypted.
constexpr SecretWords kCurrentPassword{"current-password-file", "HBR_CURRENT_LOGON_PASSWORD",
                                       "The current logon password"};

/// The next line of the input is the key to encrypted access keys, or empty.
void takeKeyFromInput(Command& command) {
    const auto line = platform::readInputLine(kLongestKeyBytes);
    if (line) command.around.unlockKey = config::UnlockKey::fromHex(base::asText(line->view()));
}

[[noreturn]] void refuseJob(const char* sentence) {
    throw base::Error(base::ErrorKind::Invalid, "JOB-0003", sentence,
                      "The service makes files of jobs; nothing is done with this one.");
}

int doJob(Command& command, const std::vector<std::string>& words) {
    stopAtEndOfInput(command.around.cancel);
    return runCommandLine(words, command.around);
}

std::string configFolderOf(const Command& command) {
    return command.around.fileSystem.absolutePath(command.around.configFolder);
}

/// Vaults whose index of paths is to be made again.
std::set<std::string> damagedIndexes(Command& command, const std::string& stateFolder) {
    const platform::FileSystem& fileSystem = command.around.fileSystem;
    std::set<std::string> vaults;
    for (const config::RememberedVault& vault : config::VaultBook(fileSystem, configFolderOf(command)).list())
        if (search::IndexFolder(fileSystem, stateFolder, vault.vaultId).isWanting())
            vaults.insert(vault.name);
    return vaults;
}

web::ServerParts pageParts(Command& command, const std::string& stateFolder, api::Api& agent,
                           service::ServiceLog& log, config::UnlockKeeper& keeper) {
    web::ServerParts parts{command.around.fileSystem, command.around.clock, configFolderOf(command),
                           stateFolder,
                           [&agent](const api::Request& request) { return agent.handle(request); }};
    parts.pageFiles = web::pageFiles();
    parts.unlockKeeper = &keeper;
    parts.overrides = config::SettingsOverrides::fromEnvironment(command.around.environment);
    if (const auto port = command.line.value("port")) parts.overrides.port = port;
    if (const auto address = command.line.value("listen")) parts.overrides.listenAddress = address;
    parts.say = [&command, &log](const std::string& sentence) {
        command.warn(sentence);
        log.record(sentence);
    };
    return parts;
}

service::ServiceLog openLog(Command& command) {
    auto folder = command.line.value("log-folder");
    if (!folder) folder = command.environment("HBR_LOG_DIR");
    std::unique_ptr<service::LogFile> file;
    if (folder) {
        const platform::FileSystem& fileSystem = command.around.fileSystem;
        file = std::make_unique<service::LogFile>(fileSystem, command.around.clock,
                                                  fileSystem.absolutePath(*folder));
    }
    return {platform::openSystemLog(kServiceName), std::move(file)};
}

/// The page, then the work; what ends either is in the log.
int serveWithPage(Command& command, service::ServeSettings& settings, platform::ServiceHost& host) {
    service::ServiceLog log = openLog(command);
    try {
        config::UnlockKeeper keeper;
        settings.unlockKeeper = &keeper;
        settings.jobs.unlockKey = [&keeper] { return keeper.key(); };
        service::FolderBrowser browser(command.around.fileSystem, settings.jobs);
        api::ApiParts parts{command.around.fileSystem, command.around.clock, configFolderOf(command),
                            settings.stateFolder};
        parts.lookIntoFolder = [&browser](const service::WantedFolder& wanted) {
            return browser.look(wanted);
        };
        parts.unlockKeeper = &keeper;
        api::Api agent(std::move(parts));
        web::Server page(pageParts(command, settings.stateFolder, agent, log, keeper));
        page.start();
        settings.note = [&page] { return "the page is at " + page.place(); };
        settings.record = [&log](const std::string& line) { log.record(line); };
        return service::serve(command.around.fileSystem, command.around.clock, settings, host, log);
    } catch (...) {
        log.record("error: " + base::currentError().describe());
        throw;
    }
}

}  // namespace

int runServiceCommand(Command& command) {
    service::ServeSettings settings;
    settings.configFolder = configFolderOf(command);
    settings.stateFolder = command.around.fileSystem.absolutePath(platform::stateFolder());
    settings.client = client::ownName(command.around.fileSystem, settings.configFolder);
    settings.jobs = jobSettings(settings.stateFolder);
    settings.damagedIndexes = [&command, folder = settings.stateFolder] {
        return damagedIndexes(command, folder);
    };
    settings.jobs.restoreSocket = platform::environmentVariable("HBR_RESTORE_SOCKET").value_or("");
    return platform::runService(kServiceName, command.around.cancel,
                                [&](platform::ServiceHost& host, const base::CancelToken& /*stop*/) {
                                    return serveWithPage(command, settings, host);
                                });
}

int setLogonPassword(Command& command) {
    const base::SecretBytes password = newPassword(command, "password-file", "HBR_LOGON_PASSWORD");
    const auto hash = config::PasswordHash::of(base::asText(password.view()));
    config::AgentSettingsFile file(command.around.fileSystem, configFolderOf(command));
    const bool mustReseal = file.read().unlockSeal && !command.line.has("give-up-access-key");
    base::SecretBytes current;
    if (mustReseal) current = askedSecret(command, kCurrentPassword);
    file.update([&](config::AgentSettings& settings) {
        settings.password = hash;
        if (!mustReseal) {
            settings.unlockSeal.reset();
        } else if (!config::resealUnlockKey(settings, base::asText(current.view()),
                                            base::asText(password.view()))) {
            throw base::Error(base::ErrorKind::Denied, "CONFIG-0007",
                              "The current password is not the one that the access key is encrypted under",
                              "Check it. If it was lost, give --give-up-access-key, then register again.");
        }
    });
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).endObject();
        command.print(json);
    }
    command.say("The logon password was set. A service that runs takes it over and ends all sessions.");
    return kDone;
}

int runServiceJob(Command& command) {
    const auto words = service::readJobFile(command.around.fileSystem, command.line.operands.front());
    if (!words.empty() && words.front() == "service") refuseJob("A job cannot be a service");
    if (command.line.has("key-on-input")) takeKeyFromInput(command);
    return doJob(command, words);
}

int runServiceRestore(Command& command) {
    const auto path = platform::readInputLine(kLongestPathBytes);
    if (!path) refuseJob("The first line of the input names no file");
    const auto words =
        service::readJobFile(command.around.fileSystem, std::string(base::asText(path->view())));
    takeKeyFromInput(command);
    // The process has rights that the one which asks has not: they are for restores.
    if (!service::isRestore(words)) refuseJob("A job that is no restore was handed over");
    return doJob(command, words);
}

}  // namespace app
