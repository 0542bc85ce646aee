// SPDX-License-Identifier: Apache-2.0
#include "agent/config/vault_book.hpp"

#include <algorithm>

#include "agent/config/settings_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/secrets.hpp"

namespace config {

namespace {

constexpr std::size_t kMostFileBytes = 64 * base::kKiB;
constexpr std::string_view kFirstLine = "hbr-vault 1";
constexpr std::string_view kTemporary = ".new";
constexpr std::size_t kMostNameBytes = 64;
constexpr const char* kSealedBy = "sealed-by";
constexpr const char* kLogonPassword = "logon-password";

bool isNameByte(char letter) noexcept {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
}

/// Binds a sealed key to its vault, so that no file can pass one vault's key off as another's.
std::string purposeOf(const std::string& vaultId) { return "hbr vault " + vaultId; }

std::string credentialsPurposeOf(const std::string& vaultId) { return "hbr store " + vaultId; }

std::string proxyPurposeOf(const std::string& vaultId) { return "hbr proxy " + vaultId; }

/// How the key of a setting begins that tells how to reach the vault's place.
constexpr std::string_view kStoreOption = "store-";

/// True for a place that is no path, such as "s3://bucket".
bool isUrl(std::string_view path) noexcept { return path.find("://") != std::string_view::npos; }

bool decodeSealed(const std::string& hex, base::Bytes& to) {
    to.resize(hex.size() / 2);
    return base::decodeHex(hex, to);
}

std::string readWhole(platform::File& file) {
    std::string text;
    base::Bytes piece(4 * base::kKiB);
    while (const std::size_t count = file.read(piece)) {
        text += base::asText(base::ByteView(piece).first(count));
        if (text.size() > kMostFileBytes) break;
    }
    return text;
}

}  // namespace

void throwLocked(const std::string& vault) {
    throw base::Error(
        base::ErrorKind::Denied, "CONFIG-0006",
        "The access key of the vault '" + vault +
            "' is encrypted under the logon password, which has not been entered",
        "Log in at the page or run 'hbr service unlock'; by hand, set HBR_LOGON_PASSWORD or type "
        "it. When a new password was forced on the agent, register again.",
        base::Retry::AfterFix);
}

bool isVaultName(std::string_view name) noexcept {
    return !name.empty() && name.size() <= kMostNameBytes && name.front() != '.' && name.front() != '-' &&
           !name.ends_with(kTemporary) && std::all_of(name.begin(), name.end(), isNameByte);
}

std::string vaultNameFrom(std::string_view text) {
    std::string name;
    for (const char letter : text.substr(0, kMostNameBytes)) name += isNameByte(letter) ? letter : '-';
    const std::size_t begin = name.find_first_not_of(".-");
    name.erase(0, begin == std::string::npos ? name.size() : begin);
    return isVaultName(name) ? name : "vault";
}

VaultBook::VaultBook(const platform::FileSystem& fileSystem, std::string configFolder)
    : fileSystem_(fileSystem), configFolder_(std::move(configFolder)), folder_(configFolder_ + "/vaults") {}

std::string VaultBook::fileOf(const std::string& name) const { return folder_ + "/" + name; }

std::optional<RememberedVault> VaultBook::read(const std::string& name) const {
    const auto status = fileSystem_.status(fileOf(name));
    if (!status || status->type == platform::FileType::Directory) return std::nullopt;
    const std::string text = readWhole(*fileSystem_.openForReading(fileOf(name)));
    const auto settings = parseSettings(kFirstLine, text);
    if (!settings) return std::nullopt;
    RememberedVault vault;
    vault.name = name;
    for (const auto& [key, value] : *settings) {
        if (key == "path") vault.path = value;
        if (key == kSealedBy) vault.isUnderPassword = value == kLogonPassword;
        if (key == "vault-id") vault.vaultId = value;
        if (key == "sealed-key" && !decodeSealed(value, vault.sealedKey)) return std::nullopt;
        if (key == "sealed-credentials" && !decodeSealed(value, vault.sealedCredentials)) return std::nullopt;
        if (key == "sealed-proxy-login" && !decodeSealed(value, vault.sealedProxyLogin)) return std::nullopt;
        if (key.starts_with(kStoreOption)) vault.storeOptions[key.substr(kStoreOption.size())] = value;
    }
    if (vault.path.empty() || vault.vaultId.empty() || vault.sealedKey.empty()) return std::nullopt;
    return vault;
}

std::vector<RememberedVault> VaultBook::list() {
    std::vector<RememberedVault> vaults;
    unreadable_.clear();
    if (!fileSystem_.status(folder_)) return vaults;
    platform::DirectoryListing names = fileSystem_.openDirectory(folder_)->list();
    names.sortByName();
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name(names.name(i));
        if (!isVaultName(name)) continue;
        if (auto vault = read(name)) {
            vaults.push_back(std::move(*vault));
        } else {
            unreadable_.push_back(fileOf(name));
        }
    }
    return vaults;
}

std::optional<RememberedVault> VaultBook::findName(std::string_view name) {
    const std::string text(name);
    if (!isVaultName(name) || !fileSystem_.status(fileOf(text))) return std::nullopt;
    auto vault = read(text);
    if (!vault) {
        throw base::Error(
            base::ErrorKind::Corrupt, "CONFIG-0001",
            "The settings of the vault '" + text + "' cannot be read",
            "Remove '" + fileOf(text) + "' and connect the vault again: 'hbr vault connect PATH'.");
    }
    return vault;
}

std::string VaultBook::bestPath(const std::string& path) const {
    if (isUrl(path)) return path;
    std::string absolute = fileSystem_.absolutePath(path);
    try {
        return fileSystem_.canonicalPath(absolute);
    } catch (const base::Error&) {
        return absolute;  // it does not exist any more, or yet; the words alone are compared then
    }
}

std::optional<RememberedVault> VaultBook::findPath(const std::string& path) {
    const std::string absolute = isUrl(path) ? path : fileSystem_.absolutePath(path);
    const std::string best = bestPath(path);
    for (RememberedVault& vault : list()) {
        if (vault.path == absolute || vault.path == best || bestPath(vault.path) == best)
            return std::move(vault);
    }
    return std::nullopt;
}

RememberedVault VaultBook::remember(const std::string& name, const std::string& path,
                                    const std::string& vaultId, base::ByteView masterKey,
                                    const StoreAccess& access) {
    fileSystem_.createDirectories(folder_);
    RememberedVault vault{name, bestPath(path),          vaultId, {}, access.options, {},
                          {},   access.under.has_value()};
    const auto secrets = platform::makeSecretStore(configFolder_);
    const auto sealed = [&](base::ByteView secret, const std::string& purpose) {
        return access.under ? secrets->seal(access.under->seal(secret, purpose), purpose)
                            : secrets->seal(secret, purpose);
    };
    vault.sealedKey = sealed(masterKey, purposeOf(vaultId));
    Settings settings = {
        {"path", vault.path}, {"vault-id", vault.vaultId}, {"sealed-key", base::encodeHex(vault.sealedKey)}};
    if (vault.isUnderPassword) settings.emplace_back(kSealedBy, kLogonPassword);
    for (const auto& [key, value] : access.options) {
        settings.emplace_back(std::string(kStoreOption) + key, value);
    }
    if (!access.credentials.empty()) {
        vault.sealedCredentials = sealed(access.credentials.view(), credentialsPurposeOf(vaultId));
        settings.emplace_back("sealed-credentials", base::encodeHex(vault.sealedCredentials));
    }
    if (!access.proxyLogin.empty()) {
        vault.sealedProxyLogin = sealed(access.proxyLogin.view(), proxyPurposeOf(vaultId));
        settings.emplace_back("sealed-proxy-login", base::encodeHex(vault.sealedProxyLogin));
    }
    const std::string text = formatSettings(kFirstLine, settings);
    const std::string temporary = fileOf(name) + std::string(kTemporary);
    fileSystem_.removeFile(temporary);
    {
        const auto file = fileSystem_.createNew(temporary);
        file->write(base::asBytes(text));
        file->sync();
    }
    const auto before = findPath(path);
    fileSystem_.replace(temporary, fileOf(name));
    if (before && before->name != name) fileSystem_.removeFile(fileOf(before->name));
    fileSystem_.syncDirectory(folder_);
    return vault;
}

base::SecretBytes VaultBook::opened(const RememberedVault& vault, const base::Bytes& sealedSecret,
                                    const std::string& purpose) const {
    auto secret = platform::makeSecretStore(configFolder_)->open(sealedSecret, purpose);
    if (!vault.isUnderPassword) return secret;
    auto inner = unlockKey_ ? unlockKey_->open(secret.view(), purpose) : std::nullopt;
    if (!inner) throwLocked(vault.name);
    return std::move(*inner);
}

base::SecretBytes VaultBook::openKey(const RememberedVault& vault) const {
    return opened(vault, vault.sealedKey, purposeOf(vault.vaultId));
}

base::SecretBytes VaultBook::openCredentials(const RememberedVault& vault) const {
    if (vault.sealedCredentials.empty()) return {};
    return opened(vault, vault.sealedCredentials, credentialsPurposeOf(vault.vaultId));
}

base::SecretBytes VaultBook::openProxyLogin(const RememberedVault& vault) const {
    if (vault.sealedProxyLogin.empty()) return {};
    return opened(vault, vault.sealedProxyLogin, proxyPurposeOf(vault.vaultId));
}

bool VaultBook::forget(const std::string& name) {
    if (!isVaultName(name) || !fileSystem_.removeFile(fileOf(name))) return false;
    fileSystem_.syncDirectory(folder_);
    return true;
}

}  // namespace config
