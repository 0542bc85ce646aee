// SPDX-License-Identifier: Apache-2.0
#include "tests/support/server_store.hpp"

#include <cstdlib>

#include "agent/s3/s3_store.hpp"
#include "agent/vault/random.hpp"
#include "platform/base/text.hpp"

namespace test {

std::unique_ptr<vault::ObjectStore> makeServerStore(base::TransferLimits limits,
                                                    const base::CancelToken& cancel) {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    const std::string endpoint = variable("HBR_TEST_S3");
    if (endpoint.empty()) return nullptr;
    static const auto clock = platform::makeSystemClock();
    std::array<base::Byte, 8> random{};
    vault::fillRandom(random);
    const auto settings =
        s3::makeSettings("s3://contract/" + base::encodeHex(random), {{"endpoint", endpoint}});
    const s3::Credentials credentials{variable("HBR_TEST_S3_KEY_ID"),
                                      base::SecretBytes(std::string_view(variable("HBR_TEST_S3_SECRET"))),
                                      {}};
    return s3::createStore(settings, credentials, {*clock, s3::makeRetryWorld(cancel), limits});
}

}  // namespace test
