// SPDX-License-Identifier: Apache-2.0
#include "agent/client/store_refusal.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace client {

namespace {

constexpr std::array<std::pair<std::string_view, const char*>, 10> kHints = {{
    {"BUCKET-0003", "Enter the AccessKey ID and the AccessKey Secret as the console shows them."},
    {"BUCKET-0004",
     "Check this machine's network, and whether the network type fits where it stands; then try again."},
    {"BUCKET-0005", "Get a new certificate from the console: it names whom to trust for this server."},
    {"BUCKET-0007", "Set this machine's clock: signatures are good for fifteen minutes only."},
    {"BUCKET-0009", "Check the AccessKey ID."},
    {"BUCKET-0010", "Check the AccessKey Secret."},
    {"BUCKET-0011", "Ask whoever runs the console: the bucket that the certificate names was removed."},
    {"BUCKET-0012", "Use an AccessKey whose user may read and write the vault's bucket."},
    {"VAULT-0008", "Another client made the vault at the same moment. Register once more."},
    {"KEY-0001",
     "There is a vault already, and it has a password of its own: enter that one. It is not the logon "
     "password."},
}};

}  // namespace

base::Error forForm(const base::Error& error) {
    const auto found = std::ranges::find(kHints, error.code(), [](const auto& entry) { return entry.first; });
    if (found == kHints.end()) return error;
    base::Error told(error.kind(), error.code(), error.message(), found->second, error.retry());
    for (const auto& [name, value] : error.context()) told.addContext(name, value);
    return told;
}

}  // namespace client
