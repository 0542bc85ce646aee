// SPDX-License-Identifier: Apache-2.0
// streams.hpp: alternate data streams of NTFS.
//
// A small stream travels as the attribute "stream.NAME" whose value are its bytes: in practice streams are
// marks of some dozen bytes ("Zone.Identifier"). Attributes are held in memory and stored beside the object,
// so they have a limit; what is larger is named in ExtraMetadata::streams and read like a file.
#pragma once

#include <windows.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.hpp"

namespace platform::windows {

inline constexpr std::string_view kStreamAttributePrefix = "stream.";

/// What the streams of one file or folder may hold together as attributes.
inline constexpr std::uint64_t kMostAttributeBytes = 64 * base::kKiB;

/// The system's calls on the streams of one open file. Tests put a stand-in in its place, since wine has
/// none.
class StreamCalls {
public:
    virtual ~StreamCalls() = default;

    /// Records of FILE_STREAM_INFORMATION; empty where there are none. Throws Error.
    virtual base::Bytes list() = 0;
    /// The stream's bytes, `sizeBytes` of them or less when it has become shorter. Throws Error.
    virtual base::Bytes read(const std::string& name, std::size_t sizeBytes) = 0;
    /// Creates or replaces the stream. Returns a Win32 error number.
    virtual DWORD write(const std::string& name, base::ByteView bytes) = 0;
};

/// The named data streams, without colons and type, out of FILE_STREAM_INFORMATION records. The unnamed one,
/// which is the content, and streams of other types are passed over, and so is what lies outside the bytes.
std::vector<NamedStream> parseStreamList(base::ByteView records);

/// Adds the small streams as attributes and names the large ones. One that vanishes is passed over. Throws
/// Error.
void readStreams(StreamCalls& calls, ExtraMetadata& extra, const std::string& path);

/// Writes the streams that are among the attributes. Returns one sentence for each that was refused.
std::vector<std::string> writeStreams(StreamCalls& calls, const ExtraMetadata& extra,
                                      const std::string& path);

bool isStreamAttribute(std::string_view name) noexcept;

/// StreamOwner's functions for the file or folder that the handle holds.
std::unique_ptr<File> openStreamOf(HANDLE owner, const std::string& path, std::string_view name);
std::unique_ptr<File> createStreamOf(HANDLE owner, const std::string& path, std::string_view name);

/// The calls on a real file or folder; the handle must outlive it.
class NtStreamCalls final : public StreamCalls {
public:
    NtStreamCalls(HANDLE handle, std::string path) : handle_(handle), path_(std::move(path)) {}

    base::Bytes list() override;
    base::Bytes read(const std::string& name, std::size_t sizeBytes) override;
    DWORD write(const std::string& name, base::ByteView bytes) override;

private:
    HANDLE handle_;
    std::string path_;
};

}  // namespace platform::windows
