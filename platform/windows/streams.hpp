// SPDX-License-Identifier: Apache-2.0
// streams.hpp: alternate data streams of NTFS as extended attributes.
//
// A stream travels as the attribute "stream.NAME"; its bytes are the attribute's value. Attributes are held
// in memory and stored beside the object, so streams have a limit; what is larger is named in
// ExtraMetadata::leftOut. In practice streams are marks of some dozen bytes ("Zone.Identifier").
#pragma once

#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.hpp"

namespace platform::windows {

inline constexpr std::string_view kStreamAttributePrefix = "stream.";

/// What the streams of one file or folder may hold together.
inline constexpr std::uint64_t kMostStreamBytes = base::kMiB;

struct StreamInfo {
    std::string name;  // without the colons and the type
    std::uint64_t sizeBytes = 0;

    bool operator==(const StreamInfo&) const = default;
};

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

/// The named data streams out of FILE_STREAM_INFORMATION records. The unnamed one, which is the content, and
/// streams of other types are passed over, and so is what lies outside the bytes.
std::vector<StreamInfo> parseStreamList(base::ByteView records);

/// Adds the streams as attributes, and sentences about those that are too large or vanish. Throws Error.
void readStreams(StreamCalls& calls, ExtraMetadata& extra, const std::string& path);

/// Writes the streams that are among the attributes. Returns one sentence for each that was refused.
std::vector<std::string> writeStreams(StreamCalls& calls, const ExtraMetadata& extra,
                                      const std::string& path);

bool isStreamAttribute(std::string_view name) noexcept;

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
