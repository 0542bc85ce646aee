// SPDX-License-Identifier: Apache-2.0
// message_test.cpp: nothing that a person named gets out of its place in a mail or a webhook's body.
#include "agent/alerts/message.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/json/json_object.hpp"
#include "platform/base/text.hpp"

using alerts::Event;
using alerts::Message;
using alerts::Severity;

namespace {

alerts::Target mailTarget() {
    alerts::Target target;
    target.name = "office";
    target.sender = "hbr@example.com";
    target.recipients = {"a@example.com", "b@example.com"};
    return target;
}

Message messageOf(const std::string& sentence, Severity severity = Severity::Error) {
    alerts::Alert alert;
    alert.trouble.severity = severity;
    alert.trouble.sentence = sentence;
    alert.raised = std::chrono::sys_days(std::chrono::year{2026} / 11 / 28);
    return {"web1", alert.raised, {{alert, Event::Raised}}, 7};
}

/// The lines before the first empty one.
std::vector<std::string> headersOf(const std::string& mail) {
    std::vector<std::string> lines;
    const auto head = std::string_view(mail).substr(0, mail.find("\r\n\r\n"));
    for (const auto line : base::split(head, '\n'))
        lines.emplace_back(base::trim(line).empty() ? line : line.substr(0, line.find('\r')));
    return lines;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(a_short_plain_subject_stays_as_it_is) {
    const std::string mail = mailOf(messageOf("It is full"), mailTarget(), "abc");
    BOOST_TEST(mail.find("\r\nSubject: HBR web1: Error: It is full\r\n") != std::string::npos);
    BOOST_TEST(mail.find("\r\nDate: Sat, 28 Nov 2026 00:00:00 +0000\r\n") != std::string::npos);
    BOOST_TEST(mail.find("\r\nMessage-ID: <abc@example.com>\r\n") != std::string::npos);
    BOOST_TEST(mail.find("To: <a@example.com>,\r\n <b@example.com>\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_with_line_ends_makes_no_header) {
    const std::string mail =
        mailOf(messageOf("The plan 'x\r\nBcc: all@example.com\r\n\r\nHello' failed"), mailTarget(), "abc");
    for (const std::string& line : headersOf(mail)) BOOST_TEST(line.find("Bcc") != 0U);
    BOOST_TEST(mail.find("Bcc: all") == std::string::npos);
    const auto names = headersOf(mailOf(messageOf("x"), mailTarget(), "abc"));
    BOOST_TEST(mail.find("\r\n\r\n") == mail.rfind("\r\n\r\n"));  // one body
}

BOOST_AUTO_TEST_CASE(other_letters_are_encoded_words_that_cut_no_character) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "备份é";
    const std::string encoded = alerts::encodedHeader(text);
    for (const auto line : base::split(encoded, '\n')) {
        const auto word = base::trim(line);
        BOOST_TEST(word.size() <= 76U);
        BOOST_TEST(word.starts_with("=?UTF-8?B?"));
        BOOST_TEST(word.ends_with("?="));
    }
    for (const char letter : encoded) BOOST_TEST(static_cast<unsigned char>(letter) < 0x80U);
    // What looks like an encoded word is none.
    BOOST_TEST(alerts::encodedHeader("=?UTF-8?B?aGk=?=").find("aGk=") == std::string::npos);
    BOOST_TEST(alerts::encodedHeader("\xFF\xFE") != "\xFF\xFE");
}

BOOST_AUTO_TEST_CASE(no_line_of_a_mail_is_long_or_begins_with_a_dot) {
    const std::string mail = mailOf(messageOf("." + std::string(5000, '.') + "\n.\n"), mailTarget(), "abc");
    for (const auto line : base::split(mail, '\n')) {
        BOOST_TEST(line.size() < 200U);
        BOOST_TEST(!line.starts_with('.'));
    }
}

BOOST_AUTO_TEST_CASE(the_subject_names_the_worst_of_many) {
    Message message = messageOf("A small thing", Severity::Warning);
    message.told.push_back(messageOf("A large thing").told.front());
    message.told.push_back({message.told.front().alert, Event::Ended});
    const std::string mail = mailOf(message, mailTarget(), "abc");
    BOOST_TEST(mail.find("Subject: HBR web1: Error: A large thing (and 2 more)\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_says_what_happened_to_what) {
    Message message = messageOf("The plan 'x' failed");
    message.told.front().alert.trouble.plan = catalogue::PlanId();
    message.told.front().alert.trouble.planName = "x\"\n";
    const auto body = json::JsonObject::parse(jsonOf(message));
    BOOST_TEST_REQUIRE(body.has_value());
    BOOST_TEST(body->text("client").value() == "web1");
    BOOST_TEST(body->number("delivery").value() == 7U);
    const auto alert = body->objects("alerts").value().front();
    BOOST_TEST(alert.text("event").value() == "raised");
    BOOST_TEST(alert.text("sentence").value() == "The plan 'x' failed");
    BOOST_TEST(alert.object("plan")->text("name").value() == "x\"\n");
    BOOST_TEST(!alert.has("vault"));
}

BOOST_AUTO_TEST_CASE(a_body_is_signed_as_others_sign) {
    // From RFC 4231, test case 2.
    BOOST_TEST(alerts::signatureOf("what do ya want for nothing?", base::asBytes("Jefe")) ==
               "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_SUITE_END()
