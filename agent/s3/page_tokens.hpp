// SPDX-License-Identifier: Apache-2.0
// page_tokens.hpp: notices a listing whose pages run in a circle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace s3 {

/// Sees the token of each page in turn. A server that leads from page to page for ever would keep a client
/// busy for ever; remembering all tokens would cost memory. So one is kept, and after twice as many pages as
/// the last time the newest takes its place (Brent): a circle of n pages is noticed after about 3 n.
class PageTokens final {
public:
    /// True when this token has been there before, and with it all that would follow.
    [[nodiscard]] bool isCircle(std::string_view token);

private:
    std::string kept_;
    std::uint64_t sinceKept_ = 0;
    std::uint64_t keptFor_ = 0;
};

}  // namespace s3
