// SPDX-License-Identifier: Apache-2.0
// random_bytes.hpp: unpredictable-looking data that is the same in every run.
#pragma once

#include <concepts>
#include <cstdint>
#include <random>

#include "platform/base/bytes.hpp"

namespace test {

/// A seeded generator: a failing test fails again.
class Random final {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t next() { return engine_(); }
    /// From 0 to `limit` - 1. The same number on every machine, whatever its word size.
    template <std::integral Number>
    Number below(Number limit) {
        return static_cast<Number>(engine_() % static_cast<std::uint64_t>(limit));
    }

    base::Bytes bytes(std::size_t sizeBytes) {
        base::Bytes content(sizeBytes);
        fill(content);
        return content;
    }

    void fill(base::MutableBytes to) {
        for (std::size_t i = 0; i < to.size(); i += 8) {
            std::uint64_t value = engine_();
            for (std::size_t j = i; j < to.size() && j < i + 8; ++j, value >>= 8) {
                to[j] = static_cast<base::Byte>(value);
            }
        }
    }

    /// An identifier of any StrongId type.
    template <typename Id>
    Id id() {
        Id result;
        fill(result.fill());
        return result;
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace test
