// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/smtp.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "agent/alerts/base64.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace alerts {

namespace {

/// The server was reached, and did not do what was asked.
constexpr const char* kRefused = "ALERT-0004";

struct Reply {
    int code = 0;
    std::string text;  // the last line, with the code
    std::string all;   // every line, in capitals: what the server can do
};

Reply readReply(Wire& wire) {
    Reply reply;
    for (;;) {
        const std::string line = wire.readLine();
        const auto code = base::parseUnsigned(std::string_view(line).substr(0, 3));
        const bool isReply = code && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
        if (!isReply) {
            throw base::Error(base::ErrorKind::Unavailable, kRefused,
                              "The server does not speak SMTP: it said '" + base::printable(line) + "'",
                              "Check the port, and whether it wants TLS from the beginning.",
                              base::Retry::Later);
        }
        reply.code = static_cast<int>(*code);
        reply.text = line;
        for (const char letter : line)
            reply.all += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
        reply.all += '\n';
        if (line.size() == 3 || line[3] == ' ') return reply;
    }
}

class Dialogue final {
public:
    explicit Dialogue(Wire& wire) : wire_(wire) {}

    Reply expect(const std::string& step, int hundreds) {
        Reply reply = readReply(wire_);
        if (reply.code / 100 != hundreds) {
            throw base::Error(
                base::ErrorKind::Unavailable, kRefused,
                "The mail server refused " + step + ": " + base::printable(reply.text),
                "Its words tell why; correct the target, or ask whoever looks after the server.",
                base::Retry::Later);
        }
        return reply;
    }

    Reply say(const std::string& line, const std::string& step, int hundreds = 2) {
        wire_.write(line + "\r\n");
        return expect(step, hundreds);
    }

private:
    Wire& wire_;
};

void wipe(std::string& secret) { base::wipe(secret.data(), secret.size()); }

bool offers(const Reply& hello, std::string_view method) {
    const std::size_t at = hello.all.find("AUTH");
    const std::string_view line = at == std::string::npos
                                      ? std::string_view()
                                      : std::string_view(hello.all).substr(at, hello.all.find('\n', at) - at);
    return line.find(method) != std::string_view::npos;
}

void logIn(Dialogue& dialogue, const Reply& hello, const std::string& login,
           const base::SecretBytes& password) {
    const std::string step = "the login '" + base::printable(login) + "'";
    if (offers(hello, "PLAIN") || !offers(hello, "LOGIN")) {
        std::string plain = '\0' + login + '\0' + std::string(base::asText(password.view()));
        std::string encoded = base64(plain);
        std::string line = "AUTH PLAIN " + encoded;
        wipe(plain);
        wipe(encoded);
        try {
            dialogue.say(line, step);
        } catch (...) {
            wipe(line);
            throw;
        }
        wipe(line);
        return;
    }
    dialogue.say("AUTH LOGIN", step, 3);
    dialogue.say(base64(login), step, 3);
    std::string encoded = base64(base::asText(password.view()));
    try {
        dialogue.say(encoded, step);
    } catch (...) {
        wipe(encoded);
        throw;
    }
    wipe(encoded);
}

/// What was said of recipients that were refused: one that is mistyped must not keep the mail from the
/// others. Throws Error when none was taken.
std::string nameRecipients(Dialogue& dialogue, const std::vector<std::string>& recipients) {
    std::string refused;
    std::optional<base::Error> last;
    std::size_t taken = 0;
    for (const std::string& recipient : recipients) {
        try {
            dialogue.say("RCPT TO:<" + recipient + ">", "the recipient " + recipient);
            ++taken;
        } catch (const base::Error& error) {
            if (error.code() != kRefused) throw;
            refused += (refused.empty() ? "" : "; ") + error.message();
            last = error;
        }
    }
    if (taken == 0 && last) throw base::Error(*last);
    return refused;
}

/// As a greeting names this machine: letters, digits, dots and dashes.
std::string ownName() {
    std::string name = platform::hostName();
    std::erase_if(name, [](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) == 0 && letter != '.' && letter != '-';
    });
    return name.empty() ? "localhost" : name;
}

}  // namespace

std::string sendMail(Wire& wire, const Target& target, const base::SecretBytes& password,
                     std::string_view mail) {
    Dialogue dialogue(wire);
    if (target.security == Security::Tls) wire.startTls(target.caFile);
    dialogue.expect("the connection", 2);
    const std::string hello = "EHLO " + ownName();
    Reply abilities = dialogue.say(hello, "the greeting");
    if (target.security == Security::StartTls) {
        dialogue.say("STARTTLS", "to begin TLS");
        wire.startTls(target.caFile);
        abilities = dialogue.say(hello, "the greeting");
    }
    if (!target.login.empty()) logIn(dialogue, abilities, target.login, password);
    dialogue.say("MAIL FROM:<" + target.sender + ">", "the sender");
    const std::string refused = nameRecipients(dialogue, target.recipients);
    dialogue.say("DATA", "the mail", 3);
    wire.write(mail);
    const Reply taken = dialogue.say(".", "the mail");
    try {
        dialogue.say("QUIT", "the end");
    } catch (const base::Error&) {
        // It has the mail.
    }
    return refused.empty() ? taken.text : taken.text + "; " + refused;
}

}  // namespace alerts
