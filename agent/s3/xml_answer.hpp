// SPDX-License-Identifier: Apache-2.0
// xml_answer.hpp: reads the XML that S3 servers answer with.
//
// A small scanner of elements and text instead of an XML library: the answers are that simple, and what it
// does not know (document types, entities of one's own, processing beyond the first line) cannot be used
// against us.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3 {

/// One element: its path of names, such as "ListBucketResult/Contents/Key", and its own text.
struct XmlElement {
    std::string path;
    std::string text;
};

/// The elements in the order in which they end. Nothing when the text is not whole or not such XML.
std::optional<std::vector<XmlElement>> parseXml(std::string_view text);

/// What went wrong, as the server names it.
struct ErrorAnswer {
    std::string code;  // empty when there is no such answer
    std::string message;
    std::string region;  // the right one, when the server tells
};
ErrorAnswer parseErrorAnswer(std::string_view text);

struct ListedObject {
    std::string key;
    std::uint64_t sizeBytes = 0;
};
struct ObjectPage {
    std::vector<ListedObject> objects;
    std::string nextToken;  // empty on the last page
};
/// Nothing when the answer is cut or makes no sense.
std::optional<ObjectPage> parseObjectPage(std::string_view text);

struct ListedUpload {
    std::string key;
    std::string id;
    std::string initiated;  // as RFC 3339
};
struct UploadPage {
    std::vector<ListedUpload> uploads;
    std::string nextKey;  // both empty on the last page
    std::string nextId;
};
std::optional<UploadPage> parseUploadPage(std::string_view text);

/// The id of a new multipart upload.
std::optional<std::string> parseUploadId(std::string_view text);

/// Text made safe to stand in an element.
std::string escapeXml(std::string_view text);

}  // namespace s3
