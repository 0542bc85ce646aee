// SPDX-License-Identifier: Apache-2.0
// xml_answer_fuzz.cpp: the XML that S3 servers answer with.
#include "agent/s3/xml_answer.hpp"

#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::asText({data, size});
    if (const auto elements = s3::parseXml(text)) fuzz::require(!elements->empty());
    s3::parseErrorAnswer(text);
    s3::parseUploadId(text);
    if (const auto page = s3::parseObjectPage(text)) {
        for (const s3::ListedObject& object : page->objects) fuzz::require(!object.key.empty());
    }
    if (const auto page = s3::parseUploadPage(text)) {
        // A page that is followed by another says from where on.
        fuzz::require(page->nextId.empty() || !page->nextKey.empty());
    }
    // Any text that is put into an element comes out again.
    const auto again = s3::parseXml("<text>" + s3::escapeXml(text) + "</text>");
    fuzz::require(again && again->size() == 1 && again->front().text == text);
    return 0;
}
