// SPDX-License-Identifier: Apache-2.0
// s3_settings_fuzz.cpp: places, endpoints and other options of a bucket, and the text of access keys.
#include "agent/s3/settings.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    const std::string_view text = base::asText(input);
    fuzz::refuses([&] {
        const s3::Credentials credentials = s3::parseCredentials(input);
        const base::SecretBytes once = s3::formatCredentials(credentials);
        const s3::Credentials again = s3::parseCredentials(once.view());
        fuzz::require(again.accessKeyId == credentials.accessKeyId);
        const base::SecretBytes twice = s3::formatCredentials(again);
        fuzz::require(base::asText(twice.view()) == base::asText(once.view()));
    });
    fuzz::refuses([&] {
        const s3::ProxyLogin login = s3::parseProxyLogin(input);
        const base::SecretBytes once = s3::formatProxyLogin(login);
        const s3::ProxyLogin again = s3::parseProxyLogin(once.view());
        fuzz::require(again.user == login.user);
        fuzz::require(base::asText(again.password.view()) == base::asText(login.password.view()));
    });
    fuzz::refuses([&] {
        const s3::Endpoint endpoint = s3::parseEndpoint(text);
        fuzz::require(s3::parseEndpoint(endpoint.url()).url() == endpoint.url());
    });
    fuzz::refuses([&] {
        const std::string place = s3::normalPlace(text);
        fuzz::require(s3::normalPlace(place) == place);
    });
    fuzz::refuses([&] {
        const char* const names[] = {"endpoint", "network", "region", "addressing", "ca-file", "proxy"};
        const auto words = fuzz::wordsOf(input);
        std::map<std::string, std::string> options;
        for (std::size_t i = 1; i < words.size() && i <= std::size(names); ++i) {
            if (!words[i].empty()) options[names[i - 1]] = words[i];
        }
        const s3::Settings settings = s3::makeSettings(words.empty() ? "" : words[0], options);
        fuzz::require(settings.prefix.empty() || settings.prefix.ends_with('/'));
    });
    return 0;
}
