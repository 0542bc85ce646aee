// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/xml_answer.hpp"

#include <map>

#include "platform/base/text.hpp"

namespace s3 {

namespace {

constexpr std::size_t kDeepest = 16;
constexpr std::size_t kMostNameBytes = 64;

void appendUtf8(std::string& to, std::uint32_t point) {
    const auto put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0U | (point >> 6U));
        put(0x80U | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    } else {
        put(0xF0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3FU));
        put(0x80U | ((point >> 6U) & 0x3FU));
        put(0x80U | (point & 0x3FU));
    }
}

/// The point of "#65" or "#x41"; nothing for anything else.
std::optional<std::uint32_t> numberedPoint(std::string_view name) {
    if (name.size() < 2 || name.size() > 9 || name[0] != '#') return std::nullopt;
    const bool isHex = name[1] == 'x';
    const std::string_view digits = name.substr(isHex ? 2 : 1);
    if (digits.empty()) return std::nullopt;
    std::uint32_t point = 0;
    for (const char digit : digits) {
        std::uint32_t value = 16;
        if (digit >= '0' && digit <= '9') value = static_cast<std::uint32_t>(digit - '0');
        if (isHex && digit >= 'a' && digit <= 'f') value = static_cast<std::uint32_t>(digit - 'a' + 10);
        if (isHex && digit >= 'A' && digit <= 'F') value = static_cast<std::uint32_t>(digit - 'A' + 10);
        if (value >= 16) return std::nullopt;
        point = point * (isHex ? 16 : 10) + value;
    }
    const bool isSurrogate = point >= 0xD800 && point < 0xE000;
    if (point == 0 || point > 0x10FFFF || isSurrogate) return std::nullopt;
    return point;
}

/// Adds text with its entities resolved; false for an entity that is not known.
bool appendText(std::string& to, std::string_view text) {
    static const std::map<std::string_view, char> kNamed = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    while (!text.empty()) {
        const std::size_t start = text.find('&');
        to += text.substr(0, start);
        if (start == std::string_view::npos) return true;
        const std::size_t end = text.find(';', start);
        if (end == std::string_view::npos) return false;
        const std::string_view name = text.substr(start + 1, end - start - 1);
        if (const auto named = kNamed.find(name); named != kNamed.end()) {
            to += named->second;
        } else if (const auto point = numberedPoint(name)) {
            appendUtf8(to, *point);
        } else {
            return false;
        }
        text.remove_prefix(end + 1);
    }
    return true;
}

/// A document being read, element by element.
class Scanner final {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    std::optional<std::vector<XmlElement>> run() {
        while (!rest_.empty()) {
            const std::size_t start = rest_.find('<');
            if (!takeText(rest_.substr(0, start))) return std::nullopt;
            if (start == std::string_view::npos) break;
            rest_.remove_prefix(start + 1);
            const std::size_t end = rest_.find('>');
            if (end == std::string_view::npos || !takeTag(rest_.substr(0, end))) return std::nullopt;
            rest_.remove_prefix(end + 1);
        }
        if (!open_.empty() || done_.empty()) return std::nullopt;
        return std::move(done_);
    }

private:
    struct Open {
        std::string path;
        std::string name;
        std::string text;
    };

    bool takeText(std::string_view text) {
        if (open_.empty()) return base::trim(text).empty() || text == "\xEF\xBB\xBF";
        return appendText(open_.back().text, text);
    }

    bool takeTag(std::string_view tag) {
        if (tag.starts_with('?')) return open_.empty() && done_.empty();
        if (tag.empty() || tag.starts_with('!')) return false;
        if (tag.starts_with('/')) return endElement(base::trim(tag.substr(1)));
        const bool isEmpty = tag.ends_with('/');
        if (isEmpty) tag.remove_suffix(1);
        const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
        const bool isSecondRoot = open_.empty() && !done_.empty();
        if (name.empty() || name.size() > kMostNameBytes || open_.size() == kDeepest || isSecondRoot)
            return false;
        std::string path = open_.empty() ? "" : open_.back().path + '/';
        path += name;
        open_.push_back({std::move(path), std::string(name), {}});
        return !isEmpty || endElement(name);
    }

    bool endElement(std::string_view name) {
        if (open_.empty() || open_.back().name != name) return false;
        done_.push_back({std::move(open_.back().path), std::move(open_.back().text)});
        open_.pop_back();
        return true;
    }

    std::string_view rest_;
    std::vector<Open> open_;
    std::vector<XmlElement> done_;
};

}  // namespace

std::optional<std::vector<XmlElement>> parseXml(std::string_view text) { return Scanner(text).run(); }

ErrorAnswer parseErrorAnswer(std::string_view text) {
    ErrorAnswer answer;
    const auto elements = parseXml(text);
    if (!elements) return answer;
    for (const XmlElement& element : *elements) {
        if (element.path == "Error/Code") answer.code = element.text;
        if (element.path == "Error/Message") answer.message = element.text;
        if (element.path == "Error/Region") answer.region = element.text;
    }
    return answer;
}

std::optional<ObjectPage> parseObjectPage(std::string_view text) {
    const auto elements = parseXml(text);
    if (!elements || elements->back().path != "ListBucketResult") return std::nullopt;
    ObjectPage page;
    ListedObject object;
    bool isTruncated = false;
    for (const XmlElement& element : *elements) {
        if (element.path == "ListBucketResult/Contents/Key") object.key = element.text;
        if (element.path == "ListBucketResult/Contents/Size") {
            const auto size = base::parseUnsigned(element.text);
            if (!size) return std::nullopt;
            object.sizeBytes = *size;
        }
        if (element.path == "ListBucketResult/Contents") {
            if (object.key.empty()) return std::nullopt;
            page.objects.push_back(std::exchange(object, {}));
        }
        if (element.path == "ListBucketResult/IsTruncated") isTruncated = element.text == "true";
        if (element.path == "ListBucketResult/NextContinuationToken") page.nextToken = element.text;
    }
    if (!isTruncated) page.nextToken.clear();
    // A page that is not the last one and does not say how to go on would pass for the end.
    if (isTruncated && page.nextToken.empty()) return std::nullopt;
    return page;
}

std::optional<UploadPage> parseUploadPage(std::string_view text) {
    const auto elements = parseXml(text);
    if (!elements || elements->back().path != "ListMultipartUploadsResult") return std::nullopt;
    UploadPage page;
    ListedUpload upload;
    bool isTruncated = false;
    for (const XmlElement& element : *elements) {
        if (element.path == "ListMultipartUploadsResult/Upload/Key") upload.key = element.text;
        if (element.path == "ListMultipartUploadsResult/Upload/UploadId") upload.id = element.text;
        if (element.path == "ListMultipartUploadsResult/Upload/Initiated") upload.initiated = element.text;
        if (element.path == "ListMultipartUploadsResult/Upload") {
            page.uploads.push_back(std::exchange(upload, {}));
        }
        if (element.path == "ListMultipartUploadsResult/IsTruncated") isTruncated = element.text == "true";
        if (element.path == "ListMultipartUploadsResult/NextKeyMarker") page.nextKey = element.text;
        if (element.path == "ListMultipartUploadsResult/NextUploadIdMarker") page.nextId = element.text;
    }
    if (!isTruncated) page.nextKey = page.nextId = "";
    if (isTruncated && page.nextKey.empty()) return std::nullopt;
    return page;
}

std::optional<std::string> parseUploadId(std::string_view text) {
    const auto elements = parseXml(text);
    if (!elements) return std::nullopt;
    for (const XmlElement& element : *elements) {
        if (element.path == "InitiateMultipartUploadResult/UploadId" && !element.text.empty())
            return element.text;
    }
    return std::nullopt;
}

std::string escapeXml(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        switch (letter) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += letter;
        }
    }
    return escaped;
}

}  // namespace s3
