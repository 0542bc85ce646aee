// SPDX-License-Identifier: Apache-2.0
#include "agent/app/store_access.hpp"

#include "agent/app/asked_secret.hpp"
#include "agent/app/small_input.hpp"
#include "agent/config/agent_settings.hpp"
#include "agent/s3/s3_store.hpp"
#include "agent/vault/directory_store.hpp"
#include "agent/vault/limited_store.hpp"
#include "platform/base/error.hpp"

namespace app {

namespace {

/// An option of a bucket's place, and the variable that stands in for it.
struct PlaceOption {
    const char* name;
    const char* variable;
};
constexpr PlaceOption kPlaceOptions[] = {
    {"endpoint", "HBR_S3_ENDPOINT"}, {"region", "HBR_S3_REGION"}, {"addressing", "HBR_S3_ADDRESSING"},
    {"ca-file", "HBR_S3_CA_FILE"},   {"proxy", "HBR_S3_PROXY"},
};

base::SecretBytes credentialsFromEnvironment(const Command& command) {
    const auto id = command.environment("HBR_S3_ACCESS_KEY_ID");
    const auto secret = command.environment("HBR_S3_SECRET_ACCESS_KEY");
    if (!id || !secret) return {};
    const auto token = command.environment("HBR_S3_SESSION_TOKEN");
    return s3::formatCredentials({*id, base::SecretBytes(*secret), base::SecretBytes(token.value_or(""))});
}

/// A file of secrets, of which no copy stays behind.
base::SecretBytes secretTextFromFile(const Command& command, const std::string& path) {
    std::string text = textFromFile(command.around.fileSystem, path);
    base::SecretBytes secret{std::string_view(text)};
    base::wipe(text.data(), text.size());
    return secret;
}

s3::Credentials credentialsOf(const config::StoreAccess& access) {
    if (access.credentials.empty()) {
        throw base::Error(base::ErrorKind::Denied, "BUCKET-0019", "No access key for the bucket is known",
                          "Set HBR_S3_ACCESS_KEY_ID and HBR_S3_SECRET_ACCESS_KEY, or connect the vault with "
                          "--access-key-file.");
    }
    s3::Credentials credentials = s3::parseCredentials(access.credentials.view());
    if (!access.proxyLogin.empty()) credentials.proxyLogin = s3::parseProxyLogin(access.proxyLogin.view());
    return credentials;
}

base::SecretBytes proxyLoginFromEnvironment(const Command& command) {
    const auto user = command.environment("HBR_S3_PROXY_USER");
    const auto password = command.environment("HBR_S3_PROXY_PASSWORD");
    if (!user || !password) return {};
    const base::SecretBytes text = s3::formatProxyLogin({*user, base::SecretBytes(*password)});
    static_cast<void>(s3::parseProxyLogin(text.view()));  // refuses what is none
    return text;
}

bool hasProxy(const config::StoreAccess& access) {
    const auto proxy = access.options.find("proxy");
    return proxy != access.options.end() && !proxy->second.empty();
}

/// The variable speaks to all vaults of a machine, so those whose endpoints have no names keep what they
/// have.
void chooseByVariable(config::StoreAccess& access, const Command& command) {
    const auto network = command.environment("HBR_S3_NETWORK");
    const auto endpoints = access.options.find("endpoint");
    if (!network || endpoints == access.options.end() || !s3::hasNamedEndpoints(endpoints->second)) return;
    access.options["network"] = *network;
}

/// Without a proxy nobody is told a login, and one that was given on purpose is a mistake.
base::SecretBytes givenProxyLogin(const Command& command, const config::StoreAccess& access) {
    const auto file = command.line.value("proxy-login-file");
    if (file && !hasProxy(access)) {
        throw base::Error(base::ErrorKind::Invalid, "BUCKET-0002", "A proxy's login is given, and no proxy",
                          "Name the proxy with --proxy, or leave --proxy-login-file out.");
    }
    if (!hasProxy(access)) return {};
    if (!file) return proxyLoginFromEnvironment(command);
    return s3::formatProxyLogin(s3::parseProxyLogin(secretTextFromFile(command, *file).view()));
}

/// What reaches a bucket means nothing for a folder. The variables may stand there for other vaults.
void refusePlaceOptions(const Command& command) {
    const auto refuse = [&](const std::string& name) {
        if (!command.line.has(name)) return;
        throw base::Error(base::ErrorKind::Invalid, "BUCKET-0002",
                          "'--" + name + "' is for a vault in a bucket, and a folder is named",
                          "Write s3://BUCKET/FOLDER for a bucket, or leave '--" + name + "' out.");
    };
    for (const PlaceOption& option : kPlaceOptions) refuse(option.name);
    for (const char* name : {"network", "access-key-file", "proxy-login-file"}) refuse(name);
}

s3::StoreWorld worldOf(Command& command) {
    return {command.around.clock, s3::makeRetryWorld(command.around.cancel), command.limits()};
}

}  // namespace

void unlockBook(Command& command, const config::RememberedVault& vault) {
    if (!vault.isUnderPassword || command.book().hasUnlockKey()) return;
    const std::string folder = command.around.fileSystem.absolutePath(command.around.configFolder);
    const auto seal = config::AgentSettingsFile(command.around.fileSystem, folder).read().unlockSeal;
    if (!seal) config::throwLocked(vault.name);
    std::optional<base::SecretBytes> password;
    if (const auto value = command.environment(kLogonPassword.variable)) {
        password.emplace(*value);
    } else {
        password = command.around.console.askSecret("Logon password (the access key of the vault '" +
                                                    vault.name + "' is encrypted under it): ");
    }
    if (!password) config::throwLocked(vault.name);
    const auto key = seal->open(base::asText(password->view()));
    if (!key) {
        throw base::Error(base::ErrorKind::Denied, "CONFIG-0007",
                          "This is not the logon password that the access key of the vault '" + vault.name +
                              "' is encrypted under",
                          "Check it (capital letters, keyboard layout). If it was lost, register again.");
    }
    command.book().useUnlockKey(*key);
}

std::string absolutePlace(const Command& command, const std::string& place) {
    s3::refuseOtherUrl(place);
    return s3::isPlace(place) ? s3::normalPlace(place) : command.around.fileSystem.absolutePath(place);
}

bool mayHoldVault(const Command& command, const std::string& place) {
    s3::refuseOtherUrl(place);
    return s3::isPlace(place) || command.around.fileSystem.status(place).has_value();
}

config::StoreAccess givenStoreAccess(const Command& command, const std::string& place) {
    config::StoreAccess access;
    if (!s3::isPlace(place)) {
        refusePlaceOptions(command);
        return access;
    }
    for (const PlaceOption& option : kPlaceOptions) {
        auto value = command.line.value(option.name);
        if (!value) value = command.environment(option.variable);
        if (value) access.options[option.name] = *value;
    }
    if (const auto network = command.line.value("network")) {
        access.options["network"] = *network;
    } else {
        chooseByVariable(access, command);
    }
    auto& caFile = access.options["ca-file"];
    if (!caFile.empty()) caFile = command.around.fileSystem.absolutePath(caFile);
    if (caFile.empty()) access.options.erase("ca-file");
    if (const auto file = command.line.value("access-key-file")) {
        access.credentials =
            s3::formatCredentials(s3::parseCredentials(secretTextFromFile(command, *file).view()));
    } else {
        access.credentials = credentialsFromEnvironment(command);
    }
    access.proxyLogin = givenProxyLogin(command, access);
    return access;
}

config::StoreAccess rememberedStoreAccess(Command& command, const config::RememberedVault& vault) {
    unlockBook(command, vault);
    config::StoreAccess access{vault.storeOptions, command.book().openCredentials(vault),
                               command.book().openProxyLogin(vault)};
    if (!s3::isPlace(vault.path)) return access;
    // A machine that travels takes another way to the same bucket.
    chooseByVariable(access, command);
    if (access.credentials.empty()) access.credentials = credentialsFromEnvironment(command);
    if (access.proxyLogin.empty() && hasProxy(access)) {
        access.proxyLogin = proxyLoginFromEnvironment(command);
    }
    return access;
}

std::unique_ptr<vault::ObjectStore> openStore(Command& command, const std::string& place,
                                              const config::StoreAccess& access) {
    if (!s3::isPlace(place)) {
        return vault::limitStore(vault::openDirectoryStore(command.around.fileSystem,
                                                           command.around.fileSystem.absolutePath(place)),
                                 command.limits());
    }
    return s3::openStore(s3::makeSettings(place, access.options), credentialsOf(access), worldOf(command));
}

std::unique_ptr<vault::ObjectStore> createStore(Command& command, const std::string& place,
                                                const config::StoreAccess& access) {
    // Before anything is made: a limit may make no sense.
    const base::TransferLimits limits = command.limits();
    if (!s3::isPlace(place)) {
        return vault::limitStore(vault::createDirectoryStore(command.around.fileSystem, place), limits);
    }
    return s3::createStore(s3::makeSettings(place, access.options), credentialsOf(access), worldOf(command));
}

}  // namespace app
