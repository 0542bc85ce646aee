// SPDX-License-Identifier: Apache-2.0
// settings_fuzz.cpp: settings files.
#include "agent/config/settings_text.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    const auto settings = config::parseSettings("hbr", base::asText(input));
    if (!settings) return 0;
    // Only the program makes up keys, and none with an equals sign.
    for (const auto& [key, value] : *settings) {
        if (key.find('=') != std::string::npos) return 0;
    }
    const auto again = config::parseSettings("hbr", config::formatSettings("hbr", *settings));
    fuzz::require(again == settings);
    return 0;
}
