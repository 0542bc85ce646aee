// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/streams.hpp"

#include <winternl.h>

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/read_fully.hpp"
#include "platform/windows/nt_file.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"
#include "platform/windows/windows_file.hpp"

namespace platform::windows {

namespace {

constexpr std::size_t kRecordHeadBytes = 24;  // next, name size, size, room on disk
constexpr std::size_t kMostListBytes = base::kMiB;
constexpr std::wstring_view kDataType = L":$DATA";
constexpr int kFileStreamInformation = 22;

/// ":name:$DATA" without its ends; empty for the content itself and for other types.
std::wstring_view bareName(std::wstring_view name) {
    if (name.size() <= kDataType.size() + 1 || name.front() != L':' || !name.ends_with(kDataType)) return {};
    return name.substr(1, name.size() - 1 - kDataType.size());
}

/// A name out of a vault must not lead out of its file.
bool isSafeName(std::string_view name) noexcept {
    return !name.empty() && name.find_first_of(std::string_view("/\\:\0", 4)) == std::string_view::npos;
}

std::string refusal(std::string_view name, const std::string& path, const std::string& why) {
    return "The stream '" + base::printable(name) + "' of '" + base::printable(path) +
           "' could not be restored: " + why + ".";
}

OpenOutcome openStream(HANDLE file, std::string_view name, ACCESS_MASK access, ULONG disposition) {
    OpenRequest request;
    request.access = access;
    request.disposition = disposition;
    return openRelative(file, L":" + toWide(name) + std::wstring(kDataType), request);
}

std::unique_ptr<File> openStreamFor(HANDLE owner, const std::string& path, std::string_view name,
                                    ACCESS_MASK access, ULONG disposition) {
    if (!isSafeName(name)) {
        throw base::Error(base::ErrorKind::Invalid, "FS-0027",
                          "The name of the stream '" + base::printable(name) + "' of '" +
                              base::printable(path) + "' could lead elsewhere",
                          "It is not restored. Another restore point may hold it undamaged.");
    }
    OpenOutcome opened = openStream(owner, name, access, disposition);
    const std::string streamPath = path + ":" + std::string(name);
    if (opened.error != ERROR_SUCCESS) throw fileError(opened.error, "open the stream", streamPath);
    return std::make_unique<WindowsFile>(std::move(opened.handle), streamPath, 0);
}

}  // namespace

bool isStreamAttribute(std::string_view name) noexcept { return name.starts_with(kStreamAttributePrefix); }

std::vector<NamedStream> parseStreamList(base::ByteView records) {
    std::vector<NamedStream> streams;
    for (std::size_t at = 0; records.size() - at >= kRecordHeadBytes;) {
        const base::Byte* const record = records.data() + at;
        const std::size_t next = base::loadLittleEndian<std::uint32_t>(record);
        const std::size_t nameBytes = base::loadLittleEndian<std::uint32_t>(record + 4);
        if (nameBytes > records.size() - at - kRecordHeadBytes) break;
        std::wstring name;
        for (std::size_t i = 0; i + 1 < nameBytes; i += 2) {
            name +=
                static_cast<wchar_t>(base::loadLittleEndian<std::uint16_t>(record + kRecordHeadBytes + i));
        }
        if (const std::wstring_view bare = bareName(name); !bare.empty()) {
            streams.push_back({toUtf8(bare), base::loadLittleEndian<std::uint64_t>(record + 8)});
        }
        if (next < kRecordHeadBytes || next > records.size() - at) break;
        at += next;
    }
    return streams;
}

void readStreams(StreamCalls& calls, ExtraMetadata& extra, const std::string& path) {
    std::uint64_t leftBytes = kMostAttributeBytes;
    for (const NamedStream& stream : parseStreamList(calls.list())) {
        if (stream.sizeBytes > leftBytes) {
            extra.streams.push_back(stream);
            continue;
        }
        try {
            base::Bytes bytes = calls.read(stream.name, static_cast<std::size_t>(stream.sizeBytes));
            leftBytes -= bytes.size();
            extra.attributes.push_back({std::string(kStreamAttributePrefix) + stream.name, std::move(bytes)});
        } catch (const base::Error& error) {
            // One that vanished since it was listed is lost to nobody.
            if (error.kind() != base::ErrorKind::NotFound) throw base::Error(error).addContext("file", path);
        }
    }
    std::ranges::sort(extra.attributes, {}, &ExtendedAttribute::name);
}

std::vector<std::string> writeStreams(StreamCalls& calls, const ExtraMetadata& extra,
                                      const std::string& path) {
    std::vector<std::string> refusals;
    for (const ExtendedAttribute& attribute : extra.attributes) {
        if (!isStreamAttribute(attribute.name)) continue;
        const std::string name = attribute.name.substr(kStreamAttributePrefix.size());
        if (!isSafeName(name)) {
            refusals.push_back(refusal(name, path, "its name could lead elsewhere"));
            continue;
        }
        const DWORD error = calls.write(name, attribute.value);
        if (error != ERROR_SUCCESS) refusals.push_back(refusal(name, path, systemErrorText(error)));
    }
    return refusals;
}

base::Bytes NtStreamCalls::list() {
    base::Bytes records(4 * base::kKiB);
    for (;;) {
        IO_STATUS_BLOCK block{};
        const NTSTATUS status =
            NtQueryInformationFile(handle_, &block, records.data(), static_cast<ULONG>(records.size()),
                                   static_cast<FILE_INFORMATION_CLASS>(kFileStreamInformation));
        constexpr auto kBufferOverflow = static_cast<NTSTATUS>(0x80000005);
        constexpr auto kNotImplemented = static_cast<NTSTATUS>(0xC0000002);
        if (status >= 0) {
            records.resize(std::min<std::size_t>(block.Information, records.size()));
            return records;
        }
        if (status == kNotImplemented) return {};
        const DWORD number = RtlNtStatusToDosError(status);
        const bool isTooSmall = status == kBufferOverflow || number == ERROR_MORE_DATA ||
                                number == ERROR_INSUFFICIENT_BUFFER || number == ERROR_BAD_LENGTH;
        if (isTooSmall && records.size() < kMostListBytes) {
            records.resize(records.size() * 4);
            continue;
        }
        // FAT and many network servers know no streams.
        if (meansUnsupported(number) || number == ERROR_INVALID_PARAMETER) return {};
        throw fileError(number, "list the streams of", path_);
    }
}

base::Bytes NtStreamCalls::read(const std::string& name, std::size_t sizeBytes) {
    const std::unique_ptr<File> stream = openStreamOf(handle_, path_, name);
    base::Bytes bytes(sizeBytes);
    bytes.resize(readFully(*stream, 0, bytes));
    return bytes;
}

std::unique_ptr<File> openStreamOf(HANDLE owner, const std::string& path, std::string_view name) {
    return openStreamFor(owner, path, name, FILE_READ_DATA, FILE_OPEN);
}

std::unique_ptr<File> createStreamOf(HANDLE owner, const std::string& path, std::string_view name) {
    return openStreamFor(owner, path, name, FILE_WRITE_DATA, FILE_OVERWRITE_IF);
}

DWORD NtStreamCalls::write(const std::string& name, base::ByteView bytes) {
    OpenOutcome opened = openStream(handle_, name, FILE_WRITE_DATA, FILE_OVERWRITE_IF);
    if (opened.error != ERROR_SUCCESS) return opened.error;
    DWORD written = 0;
    const bool isWritten = WriteFile(opened.handle.get(), bytes.data(), static_cast<DWORD>(bytes.size()),
                                     &written, nullptr) != 0;
    if (!isWritten) return GetLastError();
    return written == bytes.size() ? DWORD{ERROR_SUCCESS} : DWORD{ERROR_HANDLE_DISK_FULL};
}

}  // namespace platform::windows
