// SPDX-License-Identifier: Apache-2.0
#include "agent/web/sessions.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "platform/base/text.hpp"
#include "platform/random.hpp"

namespace web {

std::string newToken() {
    base::Secret<32> bytes;
    platform::fillRandom(bytes.fill());
    return base::encodeHex(bytes.view());
}

bool isSameSecret(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Sessions::Key Sessions::keyOf(std::string_view id) {
    Key key{};
    SHA256(reinterpret_cast<const unsigned char*>(id.data()), id.size(), key.data());
    return key;
}

Sessions::Opened Sessions::open() {
    Opened opened{newToken(), newToken()};
    const auto now = clock_.steady();
    const std::lock_guard lock(mutex_);
    dropEnded(now);
    if (sessions_.size() >= kMost) {
        sessions_.erase(
            std::min_element(sessions_.begin(), sessions_.end(),
                             [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
    }
    sessions_[keyOf(opened.id)] = {opened.csrfToken, now, now};
    return opened;
}

std::optional<std::string> Sessions::find(std::string_view id) {
    if (id.empty()) return std::nullopt;
    const auto now = clock_.steady();
    const std::lock_guard lock(mutex_);
    dropEnded(now);
    const auto found = sessions_.find(keyOf(id));
    if (found == sessions_.end()) return std::nullopt;
    found->second.used = now;
    return found->second.csrfToken;
}

void Sessions::end(std::string_view id) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(keyOf(id));
}

void Sessions::endOthers(std::string_view id) {
    const Key kept = keyOf(id);
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [&kept](const auto& entry) { return entry.first != kept; });
}

void Sessions::dropEnded(std::chrono::nanoseconds now) {
    std::erase_if(sessions_, [now](const auto& entry) {
        return now - entry.second.used >= kIdle || now - entry.second.begun >= kLongest;
    });
}

}  // namespace web
