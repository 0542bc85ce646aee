// SPDX-License-Identifier: Apache-2.0
#include "platform/secrets.hpp"

#include <windows.h>

#include <dpapi.h>

#include "platform/base/error.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/system_error.hpp"

namespace platform {

namespace {

/// Frees a buffer that DPAPI handed out, wiping it first.
class ProtectedBlob final {
public:
    ProtectedBlob() = default;
    ProtectedBlob(const ProtectedBlob&) = delete;
    ProtectedBlob& operator=(const ProtectedBlob&) = delete;
    ~ProtectedBlob() {
        if (blob_.pbData == nullptr) return;
        base::wipe(blob_.pbData, blob_.cbData);
        LocalFree(blob_.pbData);
    }
    [[nodiscard]] DATA_BLOB* fill() noexcept { return &blob_; }
    [[nodiscard]] base::ByteView view() const noexcept { return {blob_.pbData, blob_.cbData}; }

private:
    DATA_BLOB blob_{};
};

DATA_BLOB asBlob(base::ByteView bytes) noexcept {
    // DPAPI takes its input through a pointer to bytes that it does not change.
    return {static_cast<DWORD>(bytes.size()), const_cast<BYTE*>(bytes.data())};
}

/// Seals with DPAPI. An Administrator or a service seals for the machine, because the service must open what
/// the Administrator sealed; an ordinary user seals for that user alone. The purpose goes in as further
/// entropy.
class DpapiSecretStore final : public SecretStore {
public:
    [[nodiscard]] base::Bytes seal(base::ByteView secret, const std::string& purpose) override {
        DATA_BLOB in = asBlob(secret);
        DATA_BLOB entropy = asBlob(base::asBytes(purpose));
        const DWORD scope = windows::isElevated() ? CRYPTPROTECT_LOCAL_MACHINE : 0;
        ProtectedBlob out;
        if (CryptProtectData(&in, L"HBR", &entropy, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN | scope,
                             out.fill()) == 0) {
            throw base::Error(
                base::ErrorKind::Unavailable, "SECRET-0002",
                "Windows could not seal the secret: " + windows::systemErrorText(GetLastError()),
                "Check that this user has a profile on the machine, then try again.");
        }
        return {out.view().begin(), out.view().end()};
    }

    [[nodiscard]] base::SecretBytes open(base::ByteView sealedSecret, const std::string& purpose) override {
        DATA_BLOB in = asBlob(sealedSecret);
        DATA_BLOB entropy = asBlob(base::asBytes(purpose));
        ProtectedBlob out;
        if (CryptUnprotectData(&in, nullptr, &entropy, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN,
                               out.fill()) == 0) {
            throw base::Error(
                base::ErrorKind::Denied, "SECRET-0001", "The sealed secret cannot be opened here",
                "It was sealed on another machine, by another user or for another purpose, or it is "
                "damaged. Enter the secret again.");
        }
        return base::SecretBytes(out.view());
    }
};

}  // namespace

std::unique_ptr<SecretStore> makeSecretStore(const std::string& /*folder*/) {
    return std::make_unique<DpapiSecretStore>();
}

}  // namespace platform
