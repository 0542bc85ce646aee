// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_settings.hpp"

#include <algorithm>

#include "agent/config/settings_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace config {

namespace {

constexpr std::string_view kFirstLine = "hbr-agent 1";
constexpr std::size_t kMostFileBytes = 64 * base::kKiB;

[[noreturn]] void refuse(const std::string& what, const std::string& value, const std::string& hint) {
    throw base::Error(base::ErrorKind::Invalid, "CONFIG-0003",
                      what + " '" + base::printable(value) + "' makes no sense", hint);
}

std::uint16_t portFrom(const std::string& text) {
    const auto number = base::parseUnsigned(text);
    if (!number || *number > 65535) {
        refuse("The port", text, "Give a number from 1 to 65535, or 0 for any that is free.");
    }
    return static_cast<std::uint16_t>(*number);
}

/// What may stand in an address of IPv4 or IPv6; whether it is one, the server finds out.
bool mayBeAddress(std::string_view text) {
    constexpr std::string_view kLetters = "0123456789abcdefABCDEF.:%";
    return text.find_first_of(".:") != std::string_view::npos &&
           text.find_first_not_of(kLetters) == std::string_view::npos && text.size() <= 64;
}

std::string addressFrom(const std::string& text) {
    if (text == "loopback" || text == "localhost") return kLoopback;
    if (!mayBeAddress(text)) {
        refuse("The listen address", text,
               "Give an address of this machine, 0.0.0.0 or :: for all of them, or 127.0.0.1 for this "
               "machine alone.");
    }
    return text;
}

std::vector<std::string> namesFrom(const std::string& text) {
    std::vector<std::string> names;
    for (const std::string_view part : base::split(text, ',')) {
        const std::string name(base::trim(part));
        if (name.empty()) continue;
        if (name.find_first_of("/:@ ") != std::string::npos || !base::isUtf8(name)) {
            refuse("The host name", name, "Give names alone, without port or 'https://', by commas.");
        }
        names.push_back(name);
    }
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// A field of a registration and its key.
constexpr std::pair<const char*, std::string RegisteredClient::*> kClientFields[] = {
    {"client-id", &RegisteredClient::id},         {"client-name", &RegisteredClient::name},
    {"client-vault", &RegisteredClient::vault},   {"client-network", &RegisteredClient::network},
    {"client-issuer", &RegisteredClient::issuer}, {"client-certificate", &RegisteredClient::certificate},
    {"client-since", &RegisteredClient::since},
};

bool takeOfClient(AgentSettings& settings, const std::string& key, const std::string& value) {
    for (const auto& [name, field] : kClientFields) {
        if (key != name) continue;
        if (!settings.registration) settings.registration.emplace();
        (*settings.registration).*field = value;
        return true;
    }
    return false;
}

std::vector<std::string> issuersFrom(const std::string& text) {
    std::vector<std::string> issuers;
    for (const std::string_view part : base::split(text, ',')) {
        if (!base::trim(part).empty()) issuers.emplace_back(base::trim(part));
    }
    return issuers;
}

UnlockSeal unlockSealFrom(const std::string& text) {
    auto seal = UnlockSeal::parse(text);
    if (!seal) {
        throw base::Error(base::ErrorKind::Invalid, "CONFIG-0003",
                          "The seal of the access keys in the agent's settings is not one that HBR wrote",
                          "Restore its line; without it, remove the line and register the client again.");
    }
    return std::move(*seal);
}

void take(AgentSettings& settings, const std::string& key, const std::string& value) {
    if (key == "port") {
        settings.port = portFrom(value);
    } else if (key == "listen") {
        settings.listenAddress = addressFrom(value);
    } else if (key == "tls-certificate") {
        settings.certificateFile = value;
    } else if (key == "tls-key") {
        settings.keyFile = value;
    } else if (key == "host-names") {
        settings.hostNames = namesFrom(value);
    } else if (key == "password") {
        settings.password = PasswordHash::parse(value);
        if (!settings.password) {
            // The value may be a password that somebody wrote there: it is not shown.
            throw base::Error(base::ErrorKind::Invalid, "CONFIG-0003",
                              "The password in the agent's settings is not one that HBR wrote",
                              "Remove its line, then set one with 'hbr service password'.");
        }
    } else if (key == "unlock-seal") {
        settings.unlockSeal = unlockSealFrom(value);
    } else if (key == "trusted-issuers") {
        settings.trustedIssuers = issuersFrom(value);
    } else if (!takeOfClient(settings, key, value)) {
        settings.unknown.emplace_back(key, value);
    }
}

void requirePair(const AgentSettings& settings) {
    if (settings.certificateFile.empty() == settings.keyFile.empty()) return;
    throw base::Error(base::ErrorKind::Invalid, "CONFIG-0003",
                      "The agent's settings name a TLS certificate or its key, but not both",
                      "Set tls-certificate and tls-key, or neither.");
}

std::string textOf(const AgentSettings& settings) {
    Settings lines = {{"port", std::to_string(settings.port)}, {"listen", settings.listenAddress}};
    if (!settings.certificateFile.empty()) lines.emplace_back("tls-certificate", settings.certificateFile);
    if (!settings.keyFile.empty()) lines.emplace_back("tls-key", settings.keyFile);
    if (!settings.hostNames.empty()) lines.emplace_back("host-names", joined(settings.hostNames));
    if (settings.password) lines.emplace_back("password", settings.password->text());
    if (settings.unlockSeal) lines.emplace_back("unlock-seal", settings.unlockSeal->text());
    if (!settings.trustedIssuers.empty())
        lines.emplace_back("trusted-issuers", joined(settings.trustedIssuers));
    for (const auto& [name, field] : kClientFields) {
        if (settings.registration) lines.emplace_back(name, (*settings.registration).*field);
    }
    lines.insert(lines.end(), settings.unknown.begin(), settings.unknown.end());
    return formatSettings(kFirstLine, lines);
}

/// Nothing when it is larger than any file of settings.
std::optional<std::string> readSmall(platform::File& file) {
    base::Bytes content(kMostFileBytes + 1);
    std::size_t filled = 0;
    while (const std::size_t count = file.read(base::MutableBytes(content).subspan(filled))) filled += count;
    if (filled > kMostFileBytes) return std::nullopt;
    return std::string(base::asText(base::ByteView(content).first(filled)));
}

bool isSameFile(const std::optional<platform::FileStatus>& a, const std::optional<platform::FileStatus>& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    return a->fileId == b->fileId && a->sizeBytes == b->sizeBytes && a->modified == b->modified &&
           a->changed == b->changed;
}

}  // namespace

bool resealUnlockKey(AgentSettings& settings, std::string_view current, std::string_view wanted) {
    if (!settings.unlockSeal) return true;
    const auto key = settings.unlockSeal->open(current);
    if (key) settings.unlockSeal = UnlockSeal::of(*key, wanted);
    return key.has_value();
}

SettingsOverrides SettingsOverrides::fromEnvironment(
    const std::function<std::optional<std::string>(const std::string& name)>& environment) {
    SettingsOverrides overrides{environment("HBR_PORT"), environment("HBR_LISTEN")};
    for (auto* value : {&overrides.port, &overrides.listenAddress}) {
        if (*value && (*value)->empty()) value->reset();
    }
    return overrides;
}

AgentSettings overridden(AgentSettings settings, const SettingsOverrides& overrides) {
    if (overrides.port) settings.port = portFrom(*overrides.port);
    if (overrides.listenAddress) settings.listenAddress = addressFrom(*overrides.listenAddress);
    return settings;
}

AgentSettingsFile::AgentSettingsFile(const platform::FileSystem& fileSystem, std::string configFolder)
    : fileSystem_(fileSystem), folder_(std::move(configFolder)), path_(folder_ + "/agent.conf") {}

AgentSettings AgentSettingsFile::read() const {
    if (!fileSystem_.status(path_)) return {};
    const auto text = readSmall(*fileSystem_.openForReading(path_));
    const auto lines = text ? parseSettings(kFirstLine, *text) : std::nullopt;
    if (!lines) {
        throw base::Error(base::ErrorKind::Corrupt, "CONFIG-0002",
                          "The agent's settings in '" + base::printable(path_) + "' cannot be read",
                          "Its first line is '" + std::string(kFirstLine) +
                              "', all others are 'key = value'. Correct it, or remove it to begin anew.");
    }
    try {
        AgentSettings settings;
        for (const auto& [key, value] : *lines) take(settings, key, value);
        requirePair(settings);
        return settings;
    } catch (base::Error& error) {
        error.addContext("path", base::printable(path_));
        throw;
    }
}

AgentSettings AgentSettingsFile::update(const std::function<void(AgentSettings&)>& change) {
    const std::lock_guard lock(updateMutex_);
    const AgentSettings before = read();
    AgentSettings settings = before;
    change(settings);
    requirePair(settings);
    if (settings != before) write(settings);
    return settings;
}

bool AgentSettingsFile::hasChanged() {
    const auto status = fileSystem_.status(path_);
    const std::lock_guard lock(seenMutex_);
    const bool isSame = seen_ && isSameFile(*seen_, status);
    seen_ = status;
    return !isSame;
}

void AgentSettingsFile::write(const AgentSettings& settings) const {
    fileSystem_.createDirectories(folder_);
    const std::string temporary = path_ + ".new";
    fileSystem_.removeFile(temporary);
    {
        const auto file = fileSystem_.createNew(temporary);
        file->write(base::asBytes(textOf(settings)));
        file->sync();
    }
    fileSystem_.replace(temporary, path_);
    fileSystem_.syncDirectory(folder_);
}

}  // namespace config
