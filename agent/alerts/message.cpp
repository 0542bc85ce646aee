// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/message.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

#include "agent/alerts/base64.hpp"
#include "platform/base/json_writer.hpp"
#include "platform/base/text.hpp"
#include "platform/clock.hpp"

namespace alerts {

using std::chrono::sys_seconds;

namespace {

/// An encoded word has 75 letters at most: 12 around, and 4 for 3 bytes.
constexpr std::size_t kWordBytes = 45;
constexpr std::size_t kPlainHeaderBytes = 70;
constexpr std::size_t kLongestSubjectBytes = 240;
/// Of base64, in bytes before it: lines of 76 letters.
constexpr std::size_t kBodyLineBytes = 57;

bool isContinuation(char letter) { return (static_cast<unsigned char>(letter) & 0xC0U) == 0x80U; }

/// As much as fits without cutting a character.
std::string_view firstBytes(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && isContinuation(text[most])) --most;
    return text.substr(0, most);
}

bool isPlainHeader(std::string_view text) {
    if (text.size() > kPlainHeaderBytes || text.find("=?") != std::string_view::npos) return false;
    for (const char letter : text)
        if (letter < ' ' || letter > '~') return false;
    return true;
}

std::string mailDate(sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::string(kDays.at(std::chrono::weekday(day).c_encoding())) + ", " +
           two(static_cast<unsigned>(date.day())) + " " +
           kMonths.at(static_cast<unsigned>(date.month()) - 1) + " " +
           std::to_string(static_cast<int>(date.year())) + " " + two(clock.hours().count()) + ":" +
           two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + " +0000";
}

std::string localTime(sys_seconds time) {
    return platform::formatLocal({time.time_since_epoch().count(), 0});
}

std::string utc(sys_seconds time) { return platform::formatUtc({time.time_since_epoch().count(), 0}); }

std::string sentenceOf(const Told& told) {
    const bool isOver = told.event == Event::Ended && !told.alert.endSentence.empty();
    return base::printable(isOver ? told.alert.endSentence : told.alert.trouble.sentence);
}

std::string markOf(const Told& told) {
    switch (told.event) {
        case Event::Ended:
            return "Over";
        case Event::Test:
            return "Test";
        case Event::Again:
        case Event::Raised:
            break;
    }
    switch (told.alert.trouble.severity) {
        case Severity::Error:
            return "Error";
        case Severity::Warning:
            return "Warning";
        case Severity::Information:
            break;
    }
    return "Note";
}

/// The worst of it: that is what whoever reads subjects alone must see.
const Told& headlineOf(const Message& message) {
    const Told* best = &message.told.front();
    const auto weight = [](const Told& told) {
        return told.event == Event::Ended ? -1 : static_cast<int>(told.alert.trouble.severity);
    };
    for (const Told& told : message.told)
        if (weight(told) > weight(*best)) best = &told;
    return *best;
}

std::string subjectOf(const Message& message) {
    const Told& headline = headlineOf(message);
    std::string text =
        "HBR " + base::printable(message.client) + ": " + markOf(headline) + ": " + sentenceOf(headline);
    if (text.size() > kLongestSubjectBytes)
        text = std::string(firstBytes(text, kLongestSubjectBytes)) + "...";
    const std::size_t more = message.told.size() - 1;
    return more == 0 ? text : text + " (and " + std::to_string(more) + " more)";
}

std::string bodyOf(const Message& message) {
    std::string text;
    for (const Told& told : message.told) {
        const Alert& alert = told.alert;
        text += markOf(told) + ": " + sentenceOf(told) + "\r\n";
        if (told.event == Event::Ended && told.alert.endSentence != alert.trouble.sentence)
            text += "It was: " + base::printable(alert.trouble.sentence) + "\r\n";
        else if (!alert.trouble.hint.empty())
            text += "What to do: " + base::printable(alert.trouble.hint) + "\r\n";
        if (told.event != Event::Test) text += "Since: " + localTime(alert.raised) + "\r\n";
        if (told.event == Event::Again) text += "It still goes on; this is told once a day.\r\n";
        text += "\r\n";
    }
    return text + "-- \r\nHBR on " + base::printable(message.client) + ", " + localTime(message.time) +
           "\r\n";
}

void writeTold(base::JsonWriter& json, const Told& told) {
    const Alert& alert = told.alert;
    json.beginObject().member("event", toString(told.event)).member("id", alert.id.value);
    json.member("kind", told.event == Event::Test ? "test" : toString(alert.trouble.kind));
    json.member("severity", toString(alert.trouble.severity)).key("plan");
    if (alert.trouble.plan) {
        json.beginObject().member("id", alert.trouble.plan->hex()).member("name", alert.trouble.planName);
        json.endObject();
    } else {
        json.null();
    }
    json.key("vault");
    alert.trouble.vault.empty() ? json.null() : json.value(alert.trouble.vault);
    json.member("sentence", sentenceOf(told)).member("hint", alert.trouble.hint);
    json.member("raised", utc(alert.raised)).key("ended");
    alert.ended ? json.value(utc(*alert.ended)) : json.null();
    json.endObject();
}

}  // namespace

Message testMessage(const std::string& client, sys_seconds now) {
    Alert alert;
    alert.trouble.severity = Severity::Information;
    alert.trouble.sentence = "This is a test: alerts of this machine arrive here.";
    alert.trouble.hint = "Nothing is wrong.";
    alert.raised = now;
    return {client, now, {{alert, Event::Test}}, 0};
}

std::string encodedHeader(std::string_view text) {
    if (isPlainHeader(text)) return std::string(text);
    std::string encoded;
    while (!text.empty()) {
        const std::string_view piece = firstBytes(text, kWordBytes);
        encoded += (encoded.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(piece)) + "?=";
        text.remove_prefix(piece.size());
    }
    return encoded;
}

std::string mailOf(const Message& message, const Target& target, std::string_view uniquePart) {
    std::string mail = "From: <" + target.sender + ">\r\nTo: ";
    for (std::size_t at = 0; at < target.recipients.size(); ++at)
        mail += (at == 0 ? "<" : ",\r\n <") + target.recipients[at] + ">";
    mail += "\r\nSubject: " + encodedHeader(subjectOf(message)) + "\r\nDate: " + mailDate(message.time);
    mail += "\r\nMessage-ID: <" + std::string(uniquePart) + target.sender.substr(target.sender.rfind('@')) +
            ">\r\n";
    // Whoever is on holiday does not answer to a program.
    mail += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
    mail += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    const std::string body = bodyOf(message);
    for (std::size_t at = 0; at < body.size(); at += kBodyLineBytes)
        mail += base64(std::string_view(body).substr(at, kBodyLineBytes)) + "\r\n";
    return mail;
}

std::string jsonOf(const Message& message) {
    base::JsonWriter json;
    json.beginObject().member("schema", 1).member("client", message.client);
    json.member("sent", utc(message.time)).member("delivery", message.id).key("alerts").beginArray();
    for (const Told& told : message.told) writeTold(json, told);
    json.endArray().endObject();
    return json.text();
}

std::string signatureOf(std::string_view body, base::ByteView key) {
    std::array<base::Byte, EVP_MAX_MD_SIZE> digest{};
    unsigned digestBytes = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &digestBytes);
    return "sha256=" + base::encodeHex(base::ByteView(digest).first(digestBytes));
}

}  // namespace alerts
