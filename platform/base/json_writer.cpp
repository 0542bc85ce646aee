// SPDX-License-Identifier: Apache-2.0
#include "platform/base/json_writer.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "platform/base/text.hpp"

namespace base {

namespace {

void appendEscaped(std::string& to, std::string_view text) {
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            to += '\\';
            to += letter;
        } else if (letter == '\n') {
            to += "\\n";
        } else if (letter == '\t') {
            to += "\\t";
        } else if (code < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", code);
            to += escape.data();
        } else {
            to += letter;
        }
    }
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
    value(name);
    text_ += ':';
    needsComma_ = false;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    separate();
    text_ += '"';
    if (isUtf8(text)) {
        appendEscaped(text_, text);
    } else {
        appendEscaped(text_, printable(text));
    }
    text_ += '"';
    return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) { return literal(std::to_string(number)); }

JsonWriter& JsonWriter::value(std::int64_t number) { return literal(std::to_string(number)); }

JsonWriter& JsonWriter::value(double number) {
    if (!std::isfinite(number)) return null();
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.6g", number);
    return literal(text.data());
}

JsonWriter& JsonWriter::value(bool flag) { return literal(flag ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return literal("null"); }

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    text_ += bracket;
    needsComma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    text_ += bracket;
    needsComma_ = true;
    return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
    separate();
    text_ += text;
    return *this;
}

void JsonWriter::separate() {
    if (needsComma_) text_ += ',';
    needsComma_ = true;
}

}  // namespace base
