// SPDX-License-Identifier: Apache-2.0
// command_line_fuzz.cpp: the words of a command line, apart by zero bytes.
#include "agent/app/command_line.hpp"
#include "agent/app/verb_table.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    const auto words = fuzz::wordsOf(input);
    fuzz::refuses([&] {
        const auto line = app::parseCommandLine({words.begin(), words.end()});
        if (line.verb == nullptr) return;
        for (const app::Option& option : line.verb->options) {
            if (option.kind == app::ValueKind::Number) (void)line.number(option.name);
            if (option.kind == app::ValueKind::Size) (void)line.size(option.name);
        }
    });
    return 0;
}
