// SPDX-License-Identifier: Apache-2.0
// file_metadata_fuzz.cpp: metadata of files: eight bytes for the size, then what is stored.
#include "connectors/files/file_metadata.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    if (size < 8) return 0;
    const auto sizeBytes = base::loadLittleEndian<std::uint64_t>(data);
    fuzz::refuses([&] {
        const auto metadata = connectors::files::decodeMetadata(input.subspan(8), sizeBytes);
        const auto again =
            connectors::files::decodeMetadata(connectors::files::encodeMetadata(metadata), sizeBytes);
        fuzz::require(metadata == again);
    });
    return 0;
}
