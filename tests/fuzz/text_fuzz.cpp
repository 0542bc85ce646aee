// SPDX-License-Identifier: Apache-2.0
// text_fuzz.cpp: sizes, numbers, times, hex digits and odd names.
#include <string>

#include "platform/base/text.hpp"
#include "platform/clock.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    const std::string_view text = base::asText(input);
    const auto number = base::parseUnsigned(text);
    fuzz::require(!number || base::parseUnsigned(std::to_string(*number)) == number);
    if (const auto sizeBytes = base::parseSize(text)) base::formatSize(*sizeBytes);
    platform::Timestamp time;
    if (platform::parseUtc(std::string(text), time)) {
        platform::Timestamp again;
        fuzz::require(platform::parseUtc(platform::formatUtc(time), again) && again == time);
    }
    fuzz::require(base::isUtf8(base::printable(text)));
    base::Bytes decoded(size / 2);
    if (base::decodeHex(text, decoded)) fuzz::require(base::encodeHex(decoded).size() == size);
    return 0;
}
