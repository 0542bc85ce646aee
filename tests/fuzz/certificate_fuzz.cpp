// SPDX-License-Identifier: Apache-2.0
// certificate_fuzz.cpp: the file that --ca-file names.
#include <sys/mman.h>
#include <unistd.h>

#include "agent/s3/transport.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = ::memfd_create("certificates", MFD_CLOEXEC);
    fuzz::require(file >= 0 && ::write(file, data, size) == static_cast<ssize_t>(size));
    const s3::Settings settings = s3::makeSettings(
        "s3://bucket",
        {{"endpoint", "https://127.0.0.1:9"}, {"ca-file", "/proc/self/fd/" + std::to_string(file)}});
    fuzz::refuses([&] { (void)s3::makeHttpTransport(settings); });
    ::close(file);
    return 0;
}
