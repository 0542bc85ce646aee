// SPDX-License-Identifier: Apache-2.0
// exclude_rules_fuzz.cpp: rules up to the first zero byte, then a path of which the first two names are the
// source.
#include <algorithm>
#include <span>

#include "connectors/files/exclude_rules.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    const auto words = fuzz::wordsOf(input);
    for (const auto letterCase :
         {connectors::files::LetterCase::Matters, connectors::files::LetterCase::Ignored}) {
        connectors::files::ExcludeRules rules(letterCase);
        rules.addText(words[0]);
        const auto path = std::span(words).subspan(1);
        for (std::size_t depth = 0; depth <= std::min<std::size_t>(path.size(), 2); ++depth) {
            for (const bool isFolder : {false, true}) {
                const auto verdict = rules.judge(path, depth, isFolder);
                fuzz::require(!rules.empty() || verdict == connectors::files::ExcludeRules::Verdict::None);
            }
        }
    }
    return 0;
}
