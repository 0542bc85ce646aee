// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/page_tokens.hpp"

namespace s3 {

bool PageTokens::isCircle(std::string_view token) {
    if (keptFor_ != 0 && token == kept_) return true;
    if (sinceKept_++ < keptFor_) return false;
    kept_ = token;
    sinceKept_ = 0;
    keptFor_ = keptFor_ == 0 ? 1 : 2 * keptFor_;
    return false;
}

}  // namespace s3
