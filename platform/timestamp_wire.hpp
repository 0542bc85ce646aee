// SPDX-License-Identifier: Apache-2.0
// timestamp_wire.hpp: moments as the formats of vault and index have them: the seconds as a signed number,
// then the nanoseconds as a number.
#pragma once

#include <cstdint>

#include "platform/base/wire.hpp"
#include "platform/clock.hpp"

namespace platform {

inline constexpr std::uint32_t kMostNanoseconds = 999'999'999;

inline void encodeTimestamp(base::Encoder& to, const Timestamp& time) {
    to.signedNumber(time.seconds);
    to.number(time.nanoseconds);
}

/// Throws as base::Decoder does, also for more nanoseconds than a second has.
inline Timestamp decodeTimestamp(base::Decoder& from) {
    Timestamp time;
    time.seconds = from.signedNumber();
    time.nanoseconds = static_cast<std::uint32_t>(from.numberUpTo(kMostNanoseconds));
    return time;
}

}  // namespace platform
