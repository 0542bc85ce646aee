// SPDX-License-Identifier: Apache-2.0
// apply_metadata.cpp: gives a restored file its owner, mode, attributes, times and flags, in an order in
// which no step undoes an earlier one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/linux/extended_attributes.hpp"
#include "platform/linux/file_status.hpp"
#include "platform/linux/linux_directory.hpp"
#include "platform/linux/path.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr unsigned kSetIdBits = S_ISUID | S_ISGID;

/// One child that metadata is applied to, held by a descriptor that opens nothing: no device wakes up, and
/// the name may change hands meanwhile without leading us elsewhere.
class MetadataTarget final {
public:
    /// Throws Error when the child cannot be reached.
    MetadataTarget(int directory, const char* name, std::string path)
        : path_(std::move(path)),
          handle_(
              retryInterrupted([&] { return ::openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC); })) {
        if (!handle_) throw fileError(errno, "restore the metadata of", path_);
        type_ = statusOfDescriptor(handle_.get(), path_).type;
        viaProc_ = "/proc/self/fd/" + std::to_string(handle_.get());
    }

    /// Opens the file for its flags, which must happen before the new mode may forbid it. Reports nothing: a
    /// file that cannot be opened has the flags that it has, which matters only when others are wanted.
    void openForFlags() noexcept {
        if (type_ != FileType::Regular && type_ != FileType::Directory) return;
        content_ = Descriptor(::open(viaProc_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }

    void applyOwner(const MetadataToApply& values) {
        if (!values.ownerId && !values.groupId) return;
        constexpr auto kLeave = static_cast<uid_t>(-1);
        const uid_t owner = values.ownerId.value_or(kLeave);
        const gid_t group = values.groupId.value_or(kLeave);
        if (::fchownat(handle_.get(), "", owner, group, AT_EMPTY_PATH) == 0) return;
        refuse("set the owner of", errno);
        isOwnerRefused_ = true;
        // The group alone is often allowed where the owner is not.
        if (values.groupId) static_cast<void>(::fchownat(handle_.get(), "", kLeave, group, AT_EMPTY_PATH));
    }

    /// Leaves setuid and setgid out when the owner could not be set: they would give away the rights of
    /// another user.
    void applyMode(std::uint32_t mode) {
        if (type_ == FileType::Symlink) return;  // Linux keeps no mode for them
        const std::uint32_t wanted = mode & 07777U;
        const std::uint32_t allowed = isOwnerRefused_ ? wanted & ~kSetIdBits : wanted;
        if (::chmod(viaProc_.c_str(), allowed) != 0) return refuse("set the mode of", errno);
        if ((wanted & kSetIdBits) == 0) return;
        // Who is not in the group gets the mode without setgid, and no error.
        if ((statusOfDescriptor(handle_.get(), path_).mode & kSetIdBits) != (wanted & kSetIdBits)) {
            refuse("set the setuid and setgid bits of", EPERM);
        }
    }

    /// Sets the mode and the attributes. An ordinary user can set user attributes only of what that user can
    /// write, so a read-only file becomes read-only last. To set the same mode again behind an ACL changes
    /// nothing in it.
    void applyModeAndAttributes(std::optional<std::uint32_t> mode, const ExtraMetadata& extra) {
        const bool isSoonReadOnly = mode && (*mode & S_IWUSR) == 0 && !extra.attributes.empty();
        if (mode) applyMode(isSoonReadOnly ? (*mode & 0777U) | S_IWUSR : *mode);
        applyAttributes(viaProc_, extra.attributes, path_, refused_);
        if (isSoonReadOnly) applyMode(*mode);
    }

    void applyModified(Timestamp time) {
        struct timespec times[2] = {};
        times[0].tv_nsec = UTIME_OMIT;
        times[1].tv_sec = time.seconds;
        times[1].tv_nsec = static_cast<long>(time.nanoseconds);
        // The /proc link leads to what the descriptor holds; the kernel follows no further.
        if (::utimensat(AT_FDCWD, viaProc_.c_str(), times, 0) != 0) refuse("set the time of", errno);
    }

    void applyFlags(std::uint32_t flags) {
        if (content_) {
            linux::applyFlags(content_.get(), flags, path_, refused_);
        } else if (flags != 0) {
            refuse("set the flags of",
                   type_ == FileType::Regular || type_ == FileType::Directory ? EACCES : EINVAL);
        }
    }

    [[nodiscard]] std::vector<std::string> takeRefused() { return std::move(refused_); }

private:
    void refuse(std::string_view verb, int number) {
        refused_.push_back(sentenceOf(fileError(number, verb, path_)));
    }

    const std::string path_;
    const Descriptor handle_;
    FileType type_ = FileType::Other;
    std::string viaProc_;
    Descriptor content_;
    bool isOwnerRefused_ = false;
    std::vector<std::string> refused_;
};

}  // namespace

std::vector<std::string> LinuxDirectory::applyMetadata(std::string_view name,
                                                       const MetadataToApply& values) const {
    MetadataTarget target(descriptor_.get(), ChildName(name).get(), pathOf(name));
    if (values.extra != nullptr) target.openForFlags();
    target.applyOwner(values);  // before the mode: a new owner clears setuid, setgid and capabilities
    if (values.extra != nullptr) {
        target.applyModeAndAttributes(values.mode, *values.extra);  // attributes last: a mode rewrites ACLs
    } else if (values.mode) {
        target.applyMode(*values.mode);
    }
    if (values.modified) target.applyModified(*values.modified);
    if (values.extra != nullptr) target.applyFlags(values.extra->flags);  // last: immutable means immutable
    return target.takeRefused();
}

}  // namespace platform::linux
