// SPDX-License-Identifier: Apache-2.0
// settings.hpp: which bucket a vault lies in, how to reach it, and with whose key.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.hpp"

namespace s3 {

/// Where the bucket's name stands: in the path, or in front of the host's name.
enum class Addressing { Path, Host };

/// A server: "https://host[:port]", or "http://..." for those who ask for it.
struct Endpoint {
    bool isTls = true;
    std::string host;
    std::uint16_t port = 443;

    /// The host as the Host header has it: without the scheme's own port.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] std::string url() const;
};

/// Reads a URL of scheme, host and port alone. Throws Error (Invalid, "BUCKET-0002") for anything else, a
/// user name or password in it included, and for IPv6 addresses.
Endpoint parseEndpoint(std::string_view url);

/// The same for an HTTP proxy, which is spoken to without TLS: "https://..." is refused, too.
Endpoint parseProxy(std::string_view url);

/// Who a proxy is told that we are. The secret wipes itself.
struct ProxyLogin {
    std::string user;
    base::SecretBytes password;
};

/// The two as lines of text, for a seal; secret like its part.
base::SecretBytes formatProxyLogin(const ProxyLogin& login);

/// Reads two lines: user name and password. Throws Error (Invalid, "BUCKET-0023").
ProxyLogin parseProxyLogin(base::ByteView text);

/// Who signs, and who is let through a proxy. The secrets wipe themselves.
struct Credentials {
    std::string accessKeyId;
    base::SecretBytes secretAccessKey;
    base::SecretBytes sessionToken;             // empty without one
    std::optional<ProxyLogin> proxyLogin = {};  // none for a proxy that asks nobody
};

/// The key's three parts as lines of text, for a key file or a seal; secret like its parts. Throws Error
/// (Invalid, "BUCKET-0003") when an id or a token holds a blank, or any of them a control character.
base::SecretBytes formatCredentials(const Credentials& credentials);

/// Reads two or three lines: key id, secret, session token. Throws as formatCredentials() does, and for any
/// other number of lines.
Credentials parseCredentials(base::ByteView text);

/// Everything about a place but its secrets, with nothing left open.
struct Settings {
    std::string bucket;
    std::string prefix;  // empty, or ends in '/'
    Endpoint endpoint;
    std::string region;
    Addressing addressing = Addressing::Path;
    std::string caFile;             // PEM; empty: the system's
    std::optional<Endpoint> proxy;  // an HTTP proxy

    /// "s3://bucket/prefix".
    [[nodiscard]] std::string place() const;
};

/// True for "s3://...".
bool isPlace(std::string_view text) noexcept;

/// Throws Error (Invalid, "BUCKET-0001") for what would be taken for the path of a folder and was hardly
/// meant to be one: "s3:/bucket", "S3://bucket", "https://host/bucket".
void refuseOtherUrl(std::string_view text);

/// "s3://bucket/prefix" without needless slashes. Throws Error (Invalid, "BUCKET-0001").
std::string normalPlace(std::string_view place);

/// One of "URL", or "NAME=URL,NAME=URL". Both are views of that text.
struct NamedEndpoint {
    std::string_view name;  // empty for a URL alone
    std::string_view url;
};
std::vector<NamedEndpoint> splitEndpoints(std::string_view endpoints);

/// True when some of "URL", or "NAME=URL,NAME=URL", has a name that `network` can choose.
bool hasNamedEndpoints(std::string_view endpoints);

/// Makes settings out of a place and options by name: endpoint ("URL", or "NAME=URL,NAME=URL"), network (the
/// NAME to take), region, addressing ("path" or "host"), ca-file, proxy. What is missing gets its default.
/// Throws Error (Invalid, "BUCKET-0001", "BUCKET-0002").
Settings makeSettings(std::string_view place, const std::map<std::string, std::string>& options);

}  // namespace s3
