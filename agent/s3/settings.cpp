// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/settings.hpp"

#include <algorithm>
#include <initializer_list>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace s3 {

namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::string_view kDefaultRegion = "us-east-1";

[[noreturn]] void refusePlace(std::string_view place, const std::string& why) {
    throw base::Error(base::ErrorKind::Invalid, "BUCKET-0001",
                      "'" + base::printable(place) + "' is no place for a vault: " + why,
                      "Write s3://BUCKET or s3://BUCKET/FOLDER.", base::Retry::Never);
}

[[noreturn]] void refuseOption(const std::string& what, const std::string& hint) {
    throw base::Error(base::ErrorKind::Invalid, "BUCKET-0002", what, hint, base::Retry::Never);
}

bool isBucketName(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
                      letter == '.';
           });
}

bool isHostName(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '-' || letter == '.';
    });
}

bool isS3(std::string_view scheme) noexcept {
    return scheme.size() == 2 && (scheme[0] == 's' || scheme[0] == 'S') && scheme[1] == '3';
}

/// True for "SCHEME:/...", and for "s3:" however it goes on. A scheme of one letter is a drive of Windows.
bool looksLikeUrl(std::string_view text) noexcept {
    const std::string_view scheme = text.substr(0, text.find(':'));
    if (scheme.size() < 2 || scheme.size() == text.size()) return false;
    const auto isLetter = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    };
    return isLetter(scheme[0]) &&
           std::ranges::all_of(scheme,
                               [&](char letter) {
                                   return isLetter(letter) || (letter >= '0' && letter <= '9') ||
                                          letter == '+' || letter == '.' || letter == '-';
                               }) &&
           (isS3(scheme) || text.substr(scheme.size() + 1).starts_with('/'));
}

/// The URL that `network` chooses among "NAME=URL,NAME=URL", or the only one.
std::string chooseEndpoint(const std::string& text, const std::string& network) {
    std::string names;
    for (const auto& [name, url] : splitEndpoints(text)) {
        // Without a choice the first one is meant.
        if (name == network || network.empty()) return std::string(url);
        if (name.empty()) continue;
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    refuseOption("No endpoint is named '" + base::printable(network) + "'",
                 names.empty() ? "The only endpoint has no name; leave --network out."
                               : "Choose one of: " + base::printable(names) + ".");
}

std::string valueOr(const std::map<std::string, std::string>& options, const std::string& name,
                    const std::string& fallback) {
    const auto found = options.find(name);
    return found == options.end() || found->second.empty() ? fallback : found->second;
}

base::SecretBytes joinLines(std::initializer_list<base::ByteView> lines) {
    base::Bytes text;
    std::size_t sizeBytes = lines.size();
    for (const base::ByteView line : lines) sizeBytes += line.size();
    text.reserve(sizeBytes);  // or a copy that nobody wipes would stay behind
    for (const base::ByteView line : lines) {
        if (!text.empty()) text.push_back('\n');
        base::append(text, line);
    }
    base::SecretBytes secret{base::ByteView(text)};
    base::wipe(text.data(), text.size());
    return secret;
}

[[noreturn]] void refuseKey(const std::string& what, const std::string& hint) {
    throw base::Error(base::ErrorKind::Invalid, "BUCKET-0003", what, hint);
}

bool isVisible(char letter) noexcept { return letter > ' ' && letter <= '~'; }
bool isControl(char letter) noexcept { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; }

/// Id and token travel in headers, and all three are kept as lines. What is refused is not repeated: it may
/// be the secret in the wrong place.
void requirePlain(const Credentials& credentials) {
    const std::string hint = "Copy it again, without blanks, line breaks and quotation marks around it.";
    if (!std::ranges::all_of(credentials.accessKeyId, isVisible)) {
        refuseKey("The id of the access key holds a blank or a character that no id has", hint);
    }
    if (!std::ranges::all_of(base::asText(credentials.sessionToken.view()), isVisible)) {
        refuseKey("The session token holds a blank or a character that no token has", hint);
    }
    if (std::ranges::any_of(base::asText(credentials.secretAccessKey.view()), isControl)) {
        refuseKey("The secret of the access key holds a line break or another control character", hint);
    }
}

Addressing parseAddressing(const std::string& text) {
    if (text == "path") return Addressing::Path;
    if (text == "host") return Addressing::Host;
    refuseOption("'" + base::printable(text) + "' is no addressing", "Choose path or host.");
}

/// What a URL of a server is called in refusals. These do not repeat it: it may hold a password.
struct ServerWords {
    std::string noun;
    std::string scheme;   // for examples
    std::string schemes;  // that it may have
};

std::uint16_t parsePort(std::string_view text, const ServerWords& words) {
    const auto port = base::parseUnsigned(text);
    if (!port || *port == 0 || *port > 65535) {
        refuseOption(words.noun + " has a port that is no number from 1 to 65535",
                     "Write " + words.scheme + "HOST:PORT.");
    }
    return static_cast<std::uint16_t>(*port);
}

Endpoint parseServer(std::string_view url, const ServerWords& words) {
    Endpoint endpoint;
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
        endpoint.isTls = false;
        endpoint.port = 80;
    } else {
        refuseOption(words.noun + " does not begin with " + words.schemes,
                     "Write " + words.scheme + "HOST or " + words.scheme + "HOST:PORT.");
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.starts_with('[')) {
        refuseOption(words.noun + " is an IPv6 address, which is not taken",
                     "Write a host name that stands for it: " + words.scheme + "HOST:PORT.");
    }
    const std::size_t colon = rest.find(':');
    const std::string_view host = rest.substr(0, colon);
    const bool isMore = rest.find_first_of("@/?#") != std::string_view::npos;
    if (colon != std::string_view::npos && !isMore) {
        endpoint.port = parsePort(rest.substr(colon + 1), words);
    }
    if (isMore || !isHostName(host)) {
        refuseOption(words.noun + " is more than a host and a port",
                     "Write " + words.scheme + "HOST:PORT, without user, password and path.");
    }
    endpoint.host = std::string(host);
    return endpoint;
}

}  // namespace

std::string Endpoint::authority() const {
    return port == (isTls ? 443 : 80) ? host : host + ':' + std::to_string(port);
}

std::string Endpoint::url() const { return (isTls ? "https://" : "http://") + authority(); }

Endpoint parseEndpoint(std::string_view url) {
    return parseServer(url, {"An endpoint", "https://", "https:// or http://"});
}

Endpoint parseProxy(std::string_view url) {
    if (url.starts_with("https://")) {
        refuseOption(
            "The proxy of --proxy begins with https://, and proxies are spoken to without TLS",
            "Write http://HOST:PORT. What goes to an endpoint with https:// is encrypted all the way "
            "through the proxy.");
    }
    return parseServer(url, {"The proxy of --proxy", "http://", "http://"});
}

std::vector<NamedEndpoint> splitEndpoints(std::string_view endpoints) {
    std::vector<NamedEndpoint> found;
    for (const std::string_view part : base::split(endpoints, ',')) {
        const std::size_t equals = part.find('=');
        const bool isNamed = equals != 0 && equals != std::string_view::npos && equals < part.find("://");
        found.push_back(isNamed ? NamedEndpoint{part.substr(0, equals), part.substr(equals + 1)}
                                : NamedEndpoint{{}, part});
    }
    return found;
}

bool hasNamedEndpoints(std::string_view endpoints) {
    return std::ranges::any_of(splitEndpoints(endpoints),
                               [](const NamedEndpoint& endpoint) { return !endpoint.name.empty(); });
}

base::SecretBytes formatProxyLogin(const ProxyLogin& login) {
    return joinLines({base::asBytes(login.user), login.password.view()});
}

ProxyLogin parseProxyLogin(base::ByteView text) {
    std::vector<std::string_view> lines = base::split(base::asText(text), '\n');
    while (!lines.empty() && base::trim(lines.back()).empty()) lines.pop_back();
    for (std::string_view& line : lines) {
        // A password may begin and end with blanks.
        if (line.ends_with('\r')) line.remove_suffix(1);
    }
    const auto isBad = [](std::string_view line) {
        return line.empty() || std::ranges::any_of(line, isControl);
    };
    // The colon is what ends the name on the way to the proxy.
    if (lines.size() != 2 || isBad(lines[0]) || isBad(lines[1]) ||
        lines[0].find(':') != std::string_view::npos) {
        throw base::Error(base::ErrorKind::Invalid, "BUCKET-0023",
                          "The proxy's login is not a user name and a password on two lines",
                          "Put the name, which has no colon in it, and the password on lines of their own.");
    }
    return {std::string(lines[0]), base::SecretBytes(lines[1])};
}

base::SecretBytes formatCredentials(const Credentials& credentials) {
    requirePlain(credentials);
    return joinLines({base::asBytes(credentials.accessKeyId), credentials.secretAccessKey.view(),
                      credentials.sessionToken.view()});
}

Credentials parseCredentials(base::ByteView text) {
    std::vector<std::string_view> lines;
    for (const std::string_view line : base::split(base::asText(text), '\n')) {
        const std::string_view trimmed = base::trim(line);
        if (!trimmed.empty()) lines.push_back(trimmed);
    }
    if (lines.size() < 2 || lines.size() > 3) {
        refuseKey("The access key is not of two or three lines",
                  "Put the key's id, its secret and, where there is one, its session token on lines of "
                  "their own.");
    }
    Credentials credentials;
    credentials.accessKeyId = std::string(lines[0]);
    credentials.secretAccessKey = base::SecretBytes(lines[1]);
    if (lines.size() == 3) credentials.sessionToken = base::SecretBytes(lines[2]);
    requirePlain(credentials);
    return credentials;
}

std::string Settings::place() const {
    const std::string path = prefix.empty() ? "" : "/" + prefix.substr(0, prefix.size() - 1);
    return std::string(kScheme) + bucket + path;
}

bool isPlace(std::string_view text) noexcept { return text.starts_with(kScheme); }

void refuseOtherUrl(std::string_view text) {
    if (isPlace(text) || !looksLikeUrl(text)) return;
    const std::string scheme(text.substr(0, text.find(':') + 1));
    // What follows may hold a password, so it is not repeated.
    throw base::Error(base::ErrorKind::Invalid, "BUCKET-0001",
                      "What begins with '" + scheme + "' is neither a bucket nor the path of a folder",
                      "Write s3://BUCKET/FOLDER, in small letters and with both slashes, and name its server "
                      "with --endpoint; a folder of such a name is ./" +
                          scheme + ".",
                      base::Retry::Never);
}

std::string normalPlace(std::string_view place) {
    if (!isPlace(place)) refusePlace(place, "it does not begin with s3://");
    const std::string_view rest = place.substr(kScheme.size());
    std::string normal(kScheme);
    bool isFirst = true;
    for (const std::string_view part : base::split(rest, '/')) {
        if (isFirst && !isBucketName(part)) refusePlace(place, "that is no bucket's name");
        if (part == "." || part == ".." || !base::isUtf8(part))
            refusePlace(place, "its folder makes no sense");
        if (!part.empty()) normal += (isFirst ? "" : "/") + std::string(part);
        isFirst = false;
    }
    return normal;
}

Settings makeSettings(std::string_view place, const std::map<std::string, std::string>& options) {
    const std::string normal = normalPlace(place);
    const std::string_view rest = std::string_view(normal).substr(kScheme.size());
    const std::size_t slash = rest.find('/');
    Settings settings;
    settings.bucket = std::string(rest.substr(0, slash));
    if (slash != std::string_view::npos) settings.prefix = std::string(rest.substr(slash + 1)) + '/';
    settings.region = valueOr(options, "region", std::string(kDefaultRegion));
    if (!isHostName(settings.region)) {
        refuseOption("'" + base::printable(settings.region) + "' is no region", "Write such as us-east-1.");
    }
    const std::string given = valueOr(options, "endpoint", "");
    const std::string network = valueOr(options, "network", "");
    settings.endpoint = parseEndpoint(
        chooseEndpoint(given.empty() ? "https://s3." + settings.region + ".amazonaws.com" : given, network));
    // Servers of one's own seldom have a name for each bucket.
    settings.addressing = parseAddressing(valueOr(options, "addressing", given.empty() ? "host" : "path"));
    settings.caFile = valueOr(options, "ca-file", "");
    const std::string proxy = valueOr(options, "proxy", "");
    if (!proxy.empty()) settings.proxy = parseProxy(proxy);
    return settings;
}

}  // namespace s3
