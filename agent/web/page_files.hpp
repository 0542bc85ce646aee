// SPDX-License-Identifier: Apache-2.0
// page_files.hpp: the files of the page, which are a part of the program.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "agent/web/http_message.hpp"

namespace web {

/// One file of the page, as cmake/embed.cmake's hbr_embed() makes its bytes.
struct PageFile {
    std::string_view path;  // "/index.html", which is also what "/" means
    std::string_view contentType;
    std::string_view bytes;
    bool isCompressed = false;  // the bytes are gzip's
};

/// What browsers get of the page. Thread-safe: it never changes.
class PageFiles final {
public:
    /// Compresses what is not compressed yet and becomes smaller by it. The files need not outlive this.
    /// Throws Error (Internal, "WEB-0022") for bytes that gzip cannot have made.
    explicit PageFiles(std::span<const PageFile> files);

    /// Answers a GET of the path: 200, 304, or 404. It is decoded, and without the query.
    [[nodiscard]] HttpResponse get(const std::string& path, const HttpRequest& request) const;

private:
    struct Stored {
        std::string contentType;
        std::string plain;
        std::string compressed;  // empty when that is no smaller
        std::string etag;        // of the plain bytes, without quotes
    };

    std::map<std::string, Stored, std::less<>> files_;
};

/// True when an Accept-Encoding header takes gzip.
bool acceptsGzip(std::string_view acceptEncoding);

/// True when an If-None-Match header names this ETag (with its quotes), or any.
bool namesEtag(std::string_view ifNoneMatch, std::string_view etag);

}  // namespace web
