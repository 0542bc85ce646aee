// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/security.hpp"

#include <aclapi.h>
#include <sddl.h>

#include <cstddef>
#include <cstring>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

constexpr SECURITY_INFORMATION kAllParts =
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

Handle openToken(DWORD access) noexcept {
    HANDLE token = nullptr;
    return OpenProcessToken(GetCurrentProcess(), access, &token) != 0 ? Handle(token) : Handle();
}

/// This user's SID as text, "S-1-5-...".
std::wstring userSidText() {
    const Handle token = openToken(TOKEN_QUERY);
    alignas(8) base::Byte buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD sizeBytes = 0;
    wchar_t* text = nullptr;
    if (GetTokenInformation(token.get(), TokenUser, buffer, sizeof(buffer), &sizeBytes) == 0 ||
        ConvertSidToStringSidW(reinterpret_cast<const TOKEN_USER*>(buffer)->User.Sid, &text) == 0) {
        throw base::Error(base::ErrorKind::Internal, "FS-0023",
                          "Cannot tell who runs this program: " + systemErrorText(GetLastError()),
                          "Run HBR from an ordinary session or as a service.");
    }
    const std::unique_ptr<wchar_t, decltype(&LocalFree)> owner(text, &LocalFree);
    return text;
}

/// True when a SID or an access list, whose size `sizeOf` reads from its first 8 bytes, lies within the
/// descriptor.
template <typename SizeOf>
bool liesWithin(base::ByteView descriptor, DWORD offset, const SizeOf& sizeOf) {
    constexpr std::size_t kHeadBytes = 8;
    if (offset == 0) return true;
    if (offset > descriptor.size() || descriptor.size() - offset < kHeadBytes) return false;
    return sizeOf(descriptor.data() + offset) <= descriptor.size() - offset;
}

/// True for a self-relative descriptor of which every part lies within the bytes. It comes from a vault, and
/// the system's own check trusts the offsets in it.
bool isSound(base::ByteView descriptor) {
    SECURITY_DESCRIPTOR_RELATIVE head{};
    if (descriptor.size() < sizeof(head)) return false;
    std::memcpy(&head, descriptor.data(), sizeof(head));
    const auto sidSize = [](const base::Byte* sid) { return std::size_t{8} + std::size_t{4} * sid[1]; };
    const auto listSize = [](const base::Byte* list) {
        return std::size_t{base::loadLittleEndian<std::uint16_t>(list + 2)};
    };
    return (head.Control & SE_SELF_RELATIVE) != 0 && liesWithin(descriptor, head.Owner, sidSize) &&
           liesWithin(descriptor, head.Group, sidSize) && liesWithin(descriptor, head.Sacl, listSize) &&
           liesWithin(descriptor, head.Dacl, listSize);
}

/// One entry of an access list.
struct Grant {
    BYTE type = 0;
    ACCESS_MASK access = 0;
    base::Bytes sid;  // what follows the mask: for the plain types, whom it is about

    bool operator==(const Grant&) const = default;
};

/// The access list of a descriptor, in its order, without what is said of handing down, which the system may
/// leave out for files; empty where there is none.
std::vector<Grant> grantsOf(void* descriptor) {
    BOOL isPresent = FALSE;
    BOOL isDefault = FALSE;
    ACL* list = nullptr;
    std::vector<Grant> grants;
    if (GetSecurityDescriptorDacl(descriptor, &isPresent, &list, &isDefault) == 0 || list == nullptr) {
        return grants;
    }
    for (DWORD i = 0; i < list->AceCount; ++i) {
        void* entry = nullptr;
        if (GetAce(list, i, &entry) == 0) continue;
        const auto& head = *static_cast<const ACE_HEADER*>(entry);
        const auto* bytes = static_cast<const base::Byte*>(entry);
        constexpr std::size_t kSidOffset = offsetof(ACCESS_ALLOWED_ACE, SidStart);
        if (head.AceSize < kSidOffset) continue;
        grants.push_back({head.AceType, static_cast<const ACCESS_ALLOWED_ACE*>(entry)->Mask,
                          base::Bytes(bytes + kSidOffset, bytes + head.AceSize)});
    }
    return grants;
}

std::string refusal(std::string_view part, const std::string& path, DWORD number) {
    return "The " + std::string(part) + " of " + base::printable(path) +
           " could not be restored: " + systemErrorText(number) + ".";
}

}  // namespace

void enableBackupPrivileges() noexcept {
    const Handle token = openToken(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY);
    if (!token) return;
    for (const wchar_t* name : {SE_BACKUP_NAME, SE_RESTORE_NAME, SE_CREATE_SYMBOLIC_LINK_NAME}) {
        TOKEN_PRIVILEGES wanted{};
        wanted.PrivilegeCount = 1;
        wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
        if (LookupPrivilegeValueW(nullptr, name, &wanted.Privileges[0].Luid) != 0) {
            AdjustTokenPrivileges(token.get(), FALSE, &wanted, 0, nullptr, nullptr);
        }
    }
}

bool isElevated() noexcept {
    const Handle token = openToken(TOKEN_QUERY);
    TOKEN_ELEVATION elevation{};
    DWORD sizeBytes = 0;
    return GetTokenInformation(token.get(), TokenElevation, &elevation, sizeof(elevation), &sizeBytes) != 0 &&
           elevation.TokenIsElevated != 0;
}

PrivateSecurity::PrivateSecurity() : descriptor_(nullptr, &LocalFree) {
    // Protected from inheritance; full access for the system, Administrators and this user, here and below.
    const std::wstring text = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + userSidText() + L")";
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1, &descriptor,
                                                             nullptr) == 0) {
        throw base::Error(base::ErrorKind::Internal, "FS-0023",
                          "Cannot describe a private file: " + systemErrorText(GetLastError()),
                          "Run HBR from an ordinary session or as a service.");
    }
    descriptor_.reset(descriptor);
    attributes_.nLength = sizeof(attributes_);
    attributes_.lpSecurityDescriptor = descriptor;
}

void* privateDescriptor() {
    static const PrivateSecurity kPrivate;
    return kPrivate.descriptor();
}

bool isPrivate(void* descriptor) {
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    const bool isProtected = GetSecurityDescriptorControl(descriptor, &control, &revision) != 0 &&
                             (control & SE_DACL_PROTECTED) != 0;
    return isProtected && grantsOf(descriptor) == grantsOf(privateDescriptor());
}

std::optional<base::Bytes> readSecurity(HANDLE handle, const std::string& path) {
    base::Bytes descriptor(512);
    for (;;) {
        DWORD neededBytes = 0;
        const bool isRead = GetKernelObjectSecurity(handle, kAllParts, descriptor.data(),
                                                    static_cast<DWORD>(descriptor.size()), &neededBytes) != 0;
        if (isRead) {
            descriptor.resize(GetSecurityDescriptorLength(descriptor.data()));
            return descriptor;
        }
        const DWORD number = GetLastError();
        if (meansUnsupported(number)) return std::nullopt;
        if (number != ERROR_INSUFFICIENT_BUFFER || neededBytes <= descriptor.size()) {
            throw fileError(number, "read the owner and access list of", path);
        }
        descriptor.resize(neededBytes);
    }
}

DWORD inheritSecurity(HANDLE handle) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    const DWORD error = GetSecurityInfo(handle, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                                        nullptr, nullptr, &descriptor);
    if (error != ERROR_SUCCESS) return meansUnsupported(error) ? DWORD{ERROR_SUCCESS} : error;
    const std::unique_ptr<void, decltype(&LocalFree)> owner(descriptor, &LocalFree);
    if (!isPrivate(descriptor)) return ERROR_SUCCESS;
    // An empty list of its own; the system adds what the folder hands down.
    ACL none{};
    InitializeAcl(&none, sizeof(none), ACL_REVISION);
    return SetSecurityInfo(handle, SE_FILE_OBJECT,
                           DACL_SECURITY_INFORMATION | UNPROTECTED_DACL_SECURITY_INFORMATION, nullptr,
                           nullptr, &none, nullptr);
}

std::vector<std::string> applySecurity(HANDLE owner, HANDLE access, base::ByteView descriptor,
                                       const std::string& path) {
    std::vector<std::string> refusals;
    base::Bytes copy(descriptor.begin(), descriptor.end());
    if (!isSound(copy) || IsValidSecurityDescriptor(copy.data()) == 0) {
        return {refusal("owner and access list", path, ERROR_INVALID_SECURITY_DESCR)};
    }
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    GetSecurityDescriptorControl(copy.data(), &control, &revision);
    if ((control & SE_DACL_AUTO_INHERITED) != 0) {
        // Without the request the system forgets that the list came from the folder above.
        SetSecurityDescriptorControl(copy.data(), SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERIT_REQ);
    }
    const auto apply = [&](HANDLE handle, SECURITY_INFORMATION part, std::string_view name) {
        if (handle == nullptr) {
            refusals.push_back(refusal(name, path, ERROR_ACCESS_DENIED));
        } else if (SetKernelObjectSecurity(handle, part, copy.data()) == 0) {
            refusals.push_back(refusal(name, path, GetLastError()));
        }
    };
    apply(owner, OWNER_SECURITY_INFORMATION, "owner");
    apply(owner, GROUP_SECURITY_INFORMATION, "group");
    if ((control & SE_DACL_PRESENT) != 0) apply(access, DACL_SECURITY_INFORMATION, "access list");
    return refusals;
}

}  // namespace platform::windows
