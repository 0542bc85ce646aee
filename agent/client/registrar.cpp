// SPDX-License-Identifier: Apache-2.0
#include "agent/client/registrar.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "agent/client/store_refusal.hpp"
#include "agent/s3/s3_store.hpp"
#include "agent/s3/signature.hpp"
#include "agent/vault/vault.hpp"
#include "platform/base/text.hpp"
#include "platform/new_file.hpp"
#include "platform/process.hpp"

namespace client {

using base::Error;
using base::ErrorKind;
using registration::Certificate;
using registration::Network;

namespace {

registration::Trust trustOf(const config::AgentSettings& settings) {
    return settings.trustedIssuers.empty() ? registration::Trust::inAnybody()
                                           : registration::Trust::inFingerprints(settings.trustedIssuers);
}

/// "vpc=URL,public=URL": the vault can be reached by another network later.
std::string endpointsOf(const Certificate& certificate) {
    std::string text;
    for (const auto& [network, endpoint] : certificate.bucket.endpoints) {
        text +=
            (text.empty() ? "" : ",") + std::string(registration::toString(network)) + '=' + endpoint.url();
    }
    return text;
}

Network chosenNetwork(const Certificate& certificate, std::optional<Network> wanted) {
    const auto& endpoints = certificate.bucket.endpoints;
    if (!wanted && endpoints.size() == 1) return endpoints.begin()->first;
    if (wanted && endpoints.contains(*wanted)) return *wanted;
    std::string known;
    for (const auto& [network, endpoint] : endpoints) {
        known += (known.empty() ? "" : ", ") + std::string(registration::toString(network));
    }
    throw Error(ErrorKind::Invalid, "CLIENT-0001",
                wanted ? "The certificate has no address of the store for the network type '" +
                             std::string(registration::toString(*wanted)) + "'"
                       : "The certificate has several network types, and none was chosen",
                "Choose one that it has: " + known + ".");
}

bool holdsNothingBesidesKeys(vault::ObjectStore& store) {
    bool isEmpty = true;
    for (const char* prefix : {"journal/", "packs/", "index/", "points/"}) {
        store.list(prefix, [&](const std::string&, std::uint64_t) { isEmpty = false; });
    }
    return isEmpty;
}

/// A registration that was cut off between the vault's key and its journal is completed here. When the one
/// that made the key is still at it, one of the two begins the journal, and the key of that one must stay:
/// so it is a key of our own.
void completeVault(vault::ObjectStore& store, const vault::VaultKeys& keys, const base::SecretBytes& password,
                   platform::Timestamp now) {
    if (!holdsNothingBesidesKeys(store)) return;
    const vault::KeyInfo own = vault::addPassword(store, keys, password, "first password", now);
    try {
        vault::Journal(keys, store).begin();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Exists) throw;
        vault::removeKeyObjects(store, own.id);
    }
}

}  // namespace

/// How the vault's store is reached, as the vault book keeps it.
struct Registrar::Way {
    std::string place;
    Network network;
    config::StoreAccess access;
    std::unique_ptr<vault::ObjectStore> store;

    [[nodiscard]] s3::Credentials credentials() const {
        s3::Credentials credentials = s3::parseCredentials(access.credentials.view());
        if (!access.proxyLogin.empty())
            credentials.proxyLogin = s3::parseProxyLogin(access.proxyLogin.view());
        return credentials;
    }
    [[nodiscard]] s3::StoreWorld world(const RegistrarParts& parts) const {
        return {parts.clock, s3::makeRetryWorld(parts.cancel)};
    }
    /// For a new vault. Throws Error (Exists, "STORE-0002") when something else is there.
    [[nodiscard]] std::unique_ptr<vault::ObjectStore> openEmpty(const RegistrarParts& parts) const {
        return s3::createStore(s3::makeSettings(place, access.options), credentials(), world(parts));
    }
};

Registrar::Registrar(RegistrarParts parts)
    : parts_(std::move(parts)), settings_(parts_.fileSystem, parts_.configFolder) {}

Look Registrar::look(std::string_view text) const {
    const config::AgentSettings settings = settings_.read();
    auto read = registration::readCertificate(text, trustOf(settings));
    registration::requireValidAt(read.certificate, parts_.clock.now());
    Look look{std::move(read.certificate),
              registration::fingerprint(read.issuer),
              !settings.trustedIssuers.empty(),
              {}};
    if (!settings.registration) return look;
    const Certificate& certificate = look.certificate;
    config::VaultBook book(parts_.fileSystem, parts_.configFolder);
    const auto vault = book.findName(settings.registration->vault);
    const std::string place = certificate.bucket.place();
    if (vault && vault->path != place) {
        look.difference =
            "The certificate is for the vault in " + place + ", and this client's is in " + vault->path;
    } else if (certificate.client.id.hex() != settings.registration->id) {
        look.difference = "The certificate is for the client '" + certificate.client.name +
                          "', and this one is registered as '" + settings.registration->name + "'";
    }
    return look;
}

std::string Registrar::authoritiesFile(const Certificate& certificate) const {
    const auto hash = s3::sha256(base::asBytes(certificate.bucket.authorities));
    return parts_.configFolder + "/authorities/" + base::encodeHex(hash.view().first(16)) + ".pem";
}

void Registrar::keepAuthorities(const Certificate& certificate) const {
    if (certificate.bucket.authorities.empty()) return;
    const std::string path = authoritiesFile(certificate);
    if (parts_.fileSystem.status(path)) return;
    parts_.fileSystem.createDirectories(parts_.configFolder + "/authorities");
    try {
        platform::writeNewFile(parts_.fileSystem, path, base::asBytes(certificate.bucket.authorities));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Exists) throw;
    }
}

Registrar::Way Registrar::wayTo(const Look& look, const AccessKey& accessKey,
                                std::optional<Network> wanted) const {
    const Certificate& certificate = look.certificate;
    Way way{certificate.bucket.place(), chosenNetwork(certificate, wanted), {}, nullptr};
    auto& options = way.access.options;
    options["endpoint"] = endpointsOf(certificate);
    options["network"] = registration::toString(way.network);
    options["region"] = certificate.bucket.region;
    options["addressing"] = certificate.bucket.addressing == s3::Addressing::Host ? "host" : "path";
    // The file holds nothing secret, and the store reads authorities from files alone.
    keepAuthorities(certificate);
    if (!certificate.bucket.authorities.empty()) options["ca-file"] = authoritiesFile(certificate);
    config::VaultBook book(parts_.fileSystem, parts_.configFolder);
    const auto known = book.findPath(way.place);
    if (known && known->storeOptions.contains("proxy")) {
        options["proxy"] = known->storeOptions.at("proxy");
        if (!known->isUnderPassword) way.access.proxyLogin = book.openProxyLogin(*known);
    }
    way.access.credentials = s3::formatCredentials({accessKey.id, accessKey.secret, {}});
    way.store = s3::openStore(s3::makeSettings(way.place, options), way.credentials(), way.world(parts_));
    return way;
}

bool Registrar::tryAccessKey(const Look& look, const AccessKey& accessKey,
                             std::optional<Network> network) const {
    return saidToPeople([&] {
        const Way way = wayTo(look, accessKey, network);
        return vault::holdsVault(*way.store);
    });
}

void Registrar::requireAllowed(const Look& look, const Form& form) const {
    if (!look.isIssuerTrusted && registration::fingerprintFrom(form.confirmedIssuer) != look.issuer) {
        Error error(ErrorKind::Denied, "CLIENT-0002",
                    "Nobody has confirmed who signed the certificate: " + look.issuer,
                    "Compare it with the fingerprint that the console shows, then confirm it.",
                    base::Retry::AfterFix);
        error.addContext("issuer", look.issuer);
        throw Error(error);
    }
    if (!look.difference.empty() && !form.acceptsDifference) {
        throw Error(
            ErrorKind::Exists, "CLIENT-0003", look.difference,
            "Download this client's own certificate; or accept the change: plans and backups stay, and "
            "so does the vault that they use.");
    }
    const auto password = settings_.read().password;
    if (password && !password->matches(base::asText(form.logonPassword.view()))) {
        throw Error(ErrorKind::Denied, "CLIENT-0004", "The password is not this agent's logon password",
                    "This agent has a logon password already: enter that one. 'hbr service password' on the "
                    "machine sets another.");
    }
}

std::string Registrar::nameFor(const Certificate& certificate, const std::string& place) const {
    config::VaultBook book(parts_.fileSystem, parts_.configFolder);
    if (const auto known = book.findPath(place)) return known->name;
    const std::string stem = config::vaultNameFrom(certificate.vault.name);
    std::string name = stem;
    for (int number = 2; book.findName(name); ++number) name = stem + "-" + std::to_string(number);
    return name;
}

config::UnlockKey Registrar::unlockKeyFor(std::string_view logonPassword) {
    const auto seal = settings_.read().unlockSeal;
    if (const auto known = seal ? seal->open(logonPassword) : std::nullopt) return *known;
    // None, or one under a password that is not the agent's any more: what it sealed cannot be opened again.
    const config::UnlockKey made = config::UnlockKey::makeNew();
    const config::UnlockSeal fresh = config::UnlockSeal::of(made, logonPassword);
    settings_.update([&](config::AgentSettings& settings) { settings.unlockSeal = fresh; });
    return made;
}

Registered Registrar::enrol(const Form& form) {
    const Look seen = look(form.certificate);
    requireAllowed(seen, form);
    const std::string_view logon = base::asText(form.logonPassword.view());
    const auto passwordHash = config::PasswordHash::of(logon);
    if (form.vaultPassword.view().size() < vault::kMinPasswordBytes) {
        throw Error(ErrorKind::Invalid, "KEY-0002", "The vault's password is too short",
                    "Choose one of at least six characters; a long sentence is best.");
    }
    const Certificate& certificate = seen.certificate;
    Way way = saidToPeople([&] { return wayTo(seen, form.accessKey, form.network); });
    Registered done;
    const vault::VaultKeys keys = saidToPeople([&] {
        if (vault::holdsVault(*way.store)) {
            auto there = vault::unlock(*way.store, form.vaultPassword);
            completeVault(*way.store, there, form.vaultPassword, parts_.clock.now());
            return there;
        }
        done.isVaultNew = true;
        return vault::Vault::create(way.openEmpty(parts_), form.vaultPassword, parts_.clock.now())->keys();
    });
    if (form.encryptsAccessKey) done.unlockKey = unlockKeyFor(logon);
    way.access.under = done.unlockKey;
    const std::string name = nameFor(certificate, way.place);
    config::VaultBook(parts_.fileSystem, parts_.configFolder)
        .remember(name, way.place, keys.vaultId().hex(), keys.master().view(), way.access);
    done.client = {certificate.client.id.hex(),
                   certificate.client.name,
                   name,
                   std::string(registration::toString(way.network)),
                   seen.issuer,
                   certificate.id.hex(),
                   platform::formatUtc({parts_.clock.now().seconds, 0})};
    settings_.update([&](config::AgentSettings& settings) {
        if (!settings.password) settings.password = passwordHash;
        settings.registration = done.client;
        auto& trusted = settings.trustedIssuers;
        if (std::ranges::find(trusted, seen.issuer) == trusted.end()) trusted.push_back(seen.issuer);
    });
    return done;
}

std::string ownName(const platform::FileSystem& fileSystem, const std::string& configFolder) {
    const auto named = platform::environmentVariable("HBR_CLIENT");
    if (named && !named->empty()) return *named;
    try {
        const auto settings = config::AgentSettingsFile(fileSystem, configFolder).read();
        if (settings.registration) return settings.registration->name;
    } catch (const Error&) {
        // Settings that cannot be read are told of by whoever needs them; a name there is always.
        return platform::hostName();
    }
    return platform::hostName();
}

}  // namespace client
