// SPDX-License-Identifier: Apache-2.0
// certificate_commands.cpp: certificate new-issuer, create, show.
#include "agent/app/command.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/small_input.hpp"
#include "agent/registration/authorities.hpp"
#include "agent/registration/certificate.hpp"
#include "agent/registration/issuer_key.hpp"
#include "agent/s3/settings.hpp"
#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/new_file.hpp"

namespace app {

namespace {

using registration::Bucket;
using registration::Certificate;
using registration::IssuerKey;
using registration::Network;

std::string issuerKeyPath(const Command& command) {
    const auto given = command.line.value("issuer-key");
    return given ? command.around.fileSystem.absolutePath(*given)
                 : command.around.configFolder + "/issuer-key.pem";
}

/// A key that is not there is never made by the way: certificates of another key are refused by every client
/// that knows the first one.
IssuerKey openIssuerKey(const Command& command) {
    const std::string path = issuerKeyPath(command);
    if (!command.around.fileSystem.status(path)) {
        throw base::Error(base::ErrorKind::NotFound, "CERT-0012",
                          "There is no issuer key '" + base::printable(path) + "' to sign with",
                          "Make one with 'hbr certificate new-issuer', once for all clients, or name it with "
                          "--issuer-key FILE.");
    }
    return registration::loadIssuerKey(command.around.fileSystem, path);
}

registration::ClientIdentity wantedClient(const Command& command) {
    const auto name = command.line.value("client");
    if (!name) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0070",
                          "Which client the certificate is for is not given", "Name it with --client NAME.");
    }
    const auto hex = command.line.value("client-id");
    if (!hex) return {vault::randomId<registration::ClientId>(), *name};
    const auto id = registration::ClientId::fromHex(*hex);
    if (!id) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004",
                          "'" + base::printable(*hex) + "' is no client's id",
                          "Give the 32 digits that 'hbr certificate show' prints.");
    }
    return {*id, *name};
}

std::map<Network, s3::Endpoint> wantedEndpoints(const std::string& text) {
    std::map<Network, s3::Endpoint> endpoints;
    for (const auto& [name, url] : s3::splitEndpoints(text)) {
        const auto network = name.empty() ? Network::Public : registration::parseNetwork(name);
        if (!network || endpoints.contains(*network)) {
            throw base::Error(base::ErrorKind::Invalid, "BUCKET-0002",
                              network ? "Two endpoints are for the network '" +
                                            std::string(registration::toString(*network)) + "'"
                                      : "A certificate knows no network '" + base::printable(name) + "'",
                              "Write --endpoint vpc=URL,classic=URL,public=URL, or some of them.");
        }
        endpoints[*network] = s3::parseEndpoint(url);
    }
    return endpoints;
}

std::string wantedAuthorities(const Command& command) {
    const auto file = command.line.value("ca-file");
    if (!file) return {};
    auto certificates = registration::certificatesAlone(textFromFile(command.around.fileSystem, *file));
    if (!certificates) {
        throw base::Error(base::ErrorKind::Invalid, "BUCKET-0006",
                          "The certificates in '" + base::printable(*file) + "' cannot be used",
                          "Give --ca-file a file in PEM form that can be read.");
    }
    return std::move(*certificates);
}

/// What is not given is what 'hbr vault connect' would take.
Bucket wantedBucket(const Command& command) {
    Bucket bucket;
    std::map<std::string, std::string> options;
    for (const char* name : {"region", "addressing"}) {
        if (const auto value = command.line.value(name)) options[name] = *value;
    }
    if (const auto text = command.line.value("endpoint")) {
        bucket.endpoints = wantedEndpoints(*text);
        options["endpoint"] = bucket.endpoints.begin()->second.url();
    }
    const s3::Settings settings = s3::makeSettings(command.line.operands[0], options);
    bucket.name = settings.bucket;
    bucket.folder = settings.prefix.substr(0, settings.prefix.rfind('/'));
    bucket.region = settings.region;
    bucket.addressing = settings.addressing;
    if (bucket.endpoints.empty()) bucket.endpoints[Network::Public] = settings.endpoint;
    bucket.authorities = wantedAuthorities(command);
    return bucket;
}

Certificate wantedCertificate(const Command& command) {
    Certificate certificate;
    certificate.id = vault::randomId<registration::CertificateId>();
    certificate.issuedAt.seconds = command.around.clock.now().seconds;
    certificate.client = wantedClient(command);
    certificate.bucket = wantedBucket(command);
    const std::string place = certificate.bucket.place();
    certificate.vault.name =
        command.line.value("name").value_or(config::vaultNameFrom(place.substr(place.rfind('/') + 1)));
    certificate.vault.description = command.line.value("description").value_or("");
    return certificate;
}

void addIssuer(base::JsonWriter& json, const registration::IssuerId& issuer) {
    json.key("issuer").beginObject().member("publicKey", issuer.hex());
    json.member("fingerprint", registration::fingerprint(issuer)).endObject();
}

const char* addressingName(const Bucket& bucket) {
    return bucket.addressing == s3::Addressing::Host ? "host" : "path";
}

void addBucket(base::JsonWriter& json, const Bucket& bucket) {
    json.key("store").beginObject().member("kind", "s3").member("bucket", bucket.name);
    json.member("folder", bucket.folder).member("region", bucket.region);
    json.member("addressing", addressingName(bucket)).key("endpoints").beginObject();
    for (const auto& [network, endpoint] : bucket.endpoints) {
        json.member(registration::toString(network), endpoint.url());
    }
    json.endObject().key("authorities");
    bucket.authorities.empty() ? json.null() : json.value(bucket.authorities);
    json.endObject();
}

void printAsJson(Command& command, const registration::ReadCertificate& read) {
    const Certificate& certificate = read.certificate;
    base::JsonWriter json;
    json.beginObject().member("type", "certificate").member("schema", 1);
    json.member("id", certificate.id.hex());
    json.member("issuedAt", platform::formatUtc(certificate.issuedAt));
    json.member("endsAt", platform::formatUtc(certificate.endsAt()));
    addIssuer(json, read.issuer);
    json.key("client").beginObject().member("id", certificate.client.id.hex());
    json.member("name", certificate.client.name).endObject();
    json.key("vault").beginObject().member("name", certificate.vault.name).key("description");
    certificate.vault.description.empty() ? json.null() : json.value(certificate.vault.description);
    json.endObject();
    addBucket(json, certificate.bucket);
    command.print(json.endObject());
}

void printAsText(Command& command, const registration::ReadCertificate& read) {
    const Certificate& certificate = read.certificate;
    const Bucket& bucket = certificate.bucket;
    command.print("Certificate  " + certificate.id.hex());
    command.print("Client       " + certificate.client.name + "  (" + certificate.client.id.hex() + ")");
    command.print("Vault        " + certificate.vault.name);
    if (!certificate.vault.description.empty()) {
        command.print("             " + certificate.vault.description);
    }
    command.print("Place        " + bucket.place());
    command.print("Region       " + bucket.region);
    command.print(std::string("Addressing   ") + addressingName(bucket));
    for (const auto& [network, endpoint] : bucket.endpoints) {
        command.print("Endpoint     " + std::string(registration::toString(network)) + ": " + endpoint.url());
    }
    command.print(std::string("Authorities  ") +
                  (bucket.authorities.empty() ? "those of the system" : "its own"));
    command.print("Issued       " + platform::formatUtc(certificate.issuedAt));
    command.print("Good until   " + platform::formatUtc(certificate.endsAt()));
    command.print("Signed by    " + registration::fingerprint(read.issuer));
}

/// Writes the certificate where it was wanted; as a member of the result when it goes to JSON.
void deliver(Command& command, const std::string& text, const Certificate& certificate,
             const registration::IssuerId& issuer) {
    const auto path = command.line.value("output");
    const platform::FileSystem& files = command.around.fileSystem;
    if (path) {
        platform::writeNewFile(files, files.absolutePath(*path), base::asBytes(text));
    } else if (!command.isJson) {
        command.around.console.out(text);
    }
    if (!command.isJson) return;
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1).member("id", certificate.id.hex());
    json.member("clientId", certificate.client.id.hex());
    json.member("endsAt", platform::formatUtc(certificate.endsAt()));
    addIssuer(json, issuer);
    path ? json.member("output", *path) : json.member("certificate", text);
    command.print(json.endObject());
}

}  // namespace

int makeIssuer(Command& command) {
    const std::string path = issuerKeyPath(command);
    if (!command.line.has("issuer-key")) {
        command.around.fileSystem.createDirectories(command.around.configFolder);
    }
    const IssuerKey key = IssuerKey::makeNew();
    registration::saveIssuerKey(command.around.fileSystem, path, key);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("path", path);
        addIssuer(json, key.id());
        command.print(json.endObject());
    } else {
        command.print("Issuer key   " + base::printable(path));
        command.print("Fingerprint  " + registration::fingerprint(key.id()));
    }
    command.say(
        "Keep the file secret, and a copy of it: whoever has it can send clients to a server of their own, "
        "and without it clients must be told to trust another one.");
    return kDone;
}

int createCertificate(Command& command) {
    const Certificate certificate = wantedCertificate(command);
    const IssuerKey key = openIssuerKey(command);
    deliver(command, registration::issue(key, certificate), certificate, key.id());
    command.say("The certificate for '" + certificate.client.name + "' is good until " +
                platform::formatUtc(certificate.endsAt()) + ". It was signed by " +
                registration::fingerprint(key.id()) + ".");
    return kDone;
}

int showCertificate(Command& command) {
    const std::string text = textFromFile(command.around.fileSystem, command.line.operands[0]);
    // Who signed is shown.
    const registration::ReadCertificate read =
        registration::readCertificate(text, registration::Trust::inAnybody());
    command.isJson ? printAsJson(command, read) : printAsText(command, read);
    registration::requireValidAt(read.certificate, command.around.clock.now());
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("isUnchangedAndInTime", true);
        command.print(json.endObject());
    }
    command.say(
        "The certificate is unchanged and in time. Anybody can sign one: compare who did with the "
        "fingerprint of "
        "your console.");
    return kDone;
}

}  // namespace app
