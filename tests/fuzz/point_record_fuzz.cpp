// SPDX-License-Identifier: Apache-2.0
// point_record_fuzz.cpp: the record of a restore point.
#include "agent/vault/point_record.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    fuzz::roundTrip(input, vault::decodePoint, vault::encodePoint);
    const auto id = vault::pointIdOfName(base::asText(input));
    fuzz::require(!id || vault::pointName(*id) == base::asText(input));
    return 0;
}
