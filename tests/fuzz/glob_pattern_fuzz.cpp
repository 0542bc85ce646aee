// SPDX-License-Identifier: Apache-2.0
// glob_pattern_fuzz.cpp: a pattern up to the first zero byte, then the names of a path.
#include <span>

#include "connectors/files/glob_pattern.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    const auto words = fuzz::wordsOf(input);
    const auto path = std::span(words).subspan(1);
    for (const auto letterCase :
         {connectors::files::LetterCase::Matters, connectors::files::LetterCase::Ignored}) {
        const connectors::files::GlobPattern glob(words[0], letterCase);
        for (const auto name : path) {
            const bool matches = glob.matches(name);
            fuzz::require(matches || words[0] != "*");
        }
        const connectors::files::PathPattern pattern(words[0], letterCase);
        const bool matches = pattern.matches(path);
        fuzz::require(matches || words[0] != "**" || path.empty());
    }
    return 0;
}
