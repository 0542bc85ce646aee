// SPDX-License-Identifier: Apache-2.0
#include "agent/web/page_files.hpp"

#include <Poco/DeflatingStream.h>
#include <Poco/Exception.h>
#include <Poco/InflatingStream.h>
#include <openssl/sha.h>

#include <array>
#include <sstream>

#include "agent/web/answers.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace web {

namespace {

std::string compressed(std::string_view plain) {
    constexpr int kBestLevel = 9;
    std::ostringstream to;
    Poco::DeflatingOutputStream gzip(to, Poco::DeflatingStreamBuf::STREAM_GZIP, kBestLevel);
    gzip.write(plain.data(), static_cast<std::streamsize>(plain.size()));
    gzip.close();
    return to.str();
}

std::string inflated(const PageFile& file) {
    try {
        std::istringstream from{std::string(file.bytes)};
        Poco::InflatingInputStream gzip(from, Poco::InflatingStreamBuf::STREAM_GZIP);
        std::ostringstream to;
        std::array<char, 4096> piece{};
        while (gzip.read(piece.data(), piece.size()) || gzip.gcount() > 0)
            to.write(piece.data(), gzip.gcount());
        if (!gzip.bad()) return to.str();
    } catch (const Poco::Exception&) {
        // Told below, like the streams' own way of failing.
    }
    throw base::Error(base::ErrorKind::Internal, "WEB-0022",
                      "The page's file '" + std::string(file.path) + "' is not compressed as it should be",
                      "Please report it.", base::Retry::Never);
}

std::string hashOf(std::string_view bytes) {
    std::array<base::Byte, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return base::encodeHex(base::ByteView(digest).first(16));
}

}  // namespace

bool acceptsGzip(std::string_view acceptEncoding) {
    for (const std::string_view part : base::split(acceptEncoding, ',')) {
        const auto words = base::split(part, ';');
        if (base::trim(words[0]) != "gzip") continue;
        std::string_view quality = words.size() > 1 ? base::trim(words[1]) : std::string_view();
        if (!quality.starts_with("q=")) return true;
        quality.remove_prefix(2);
        return quality.find_first_not_of("0.") != std::string_view::npos;
    }
    return false;
}

bool namesEtag(std::string_view ifNoneMatch, std::string_view etag) {
    for (const std::string_view part : base::split(ifNoneMatch, ',')) {
        std::string_view named = base::trim(part);
        if (named.starts_with("W/")) named.remove_prefix(2);
        if (named == "*" || named == etag) return true;
    }
    return false;
}

PageFiles::PageFiles(std::span<const PageFile> files) {
    for (const PageFile& file : files) {
        Stored stored;
        stored.contentType = file.contentType;
        stored.plain = file.isCompressed ? inflated(file) : std::string(file.bytes);
        stored.compressed = file.isCompressed ? std::string(file.bytes) : compressed(file.bytes);
        if (stored.compressed.size() >= stored.plain.size()) stored.compressed.clear();
        stored.etag = hashOf(stored.plain);
        files_[std::string(file.path)] = std::move(stored);
    }
}

HttpResponse PageFiles::get(const std::string& path, const HttpRequest& request) const {
    const auto found = files_.find(path == "/" ? "/index.html" : path);
    if (found == files_.end()) return refused(noSuchPage(path));
    const Stored& file = found->second;
    const bool isCompressed = !file.compressed.empty() && acceptsGzip(request.header("accept-encoding"));
    // Each form of the bytes has a name of its own, for caches on the way.
    const std::string etag = '"' + file.etag + (isCompressed ? "-gzip" : "") + '"';
    HttpResponse response;
    addHeader(response, "ETag", etag);
    // Kept, and asked after each time: an upgrade is seen at once, and an unchanged file costs a few bytes.
    addHeader(response, "Cache-Control", "no-cache");
    addHeader(response, "Vary", "Accept-Encoding");
    if (namesEtag(request.header("if-none-match"), etag)) {
        response.status = 304;
        return response;
    }
    addHeader(response, "Content-Type", file.contentType);
    if (isCompressed) addHeader(response, "Content-Encoding", "gzip");
    response.body = isCompressed ? file.compressed : file.plain;
    return response;
}

}  // namespace web
