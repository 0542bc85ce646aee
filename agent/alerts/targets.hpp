// SPDX-License-Identifier: Apache-2.0
// targets.hpp: who hears of alerts, by which way, and of which ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/alerts/alert.hpp"
#include "agent/catalogue/database.hpp"
#include "agent/scheduler/policy.hpp"
#include "platform/base/bytes.hpp"

namespace alerts {

enum class TargetKind { Mail, Webhook };
enum class Security { None, StartTls, Tls };

const char* toString(TargetKind kind) noexcept;
const char* toString(Security security) noexcept;
std::optional<Security> securityNamed(std::string_view word) noexcept;

/// Whatever is secret in it is sealed. Of a webhook the whole address is a secret: it may hold a token.
struct Target {
    TargetId id;
    std::string name;
    TargetKind kind = TargetKind::Mail;
    std::string server;                      // a mail server's host; "https://HOST" of a webhook
    std::uint16_t port = 0;                  // of a mail server
    Security security = Security::StartTls;  // the same
    std::string login;                       // the same; empty: none
    std::string sender;                      // the same
    std::vector<std::string> recipients;     // the same
    std::string caFile;                      // empty: the system's authorities
    base::Bytes sealedAddress;               // of a webhook
    base::Bytes sealedSecret;                // password, or the key that signs; empty: none
};

/// An address of HTTP in its parts.
struct WebAddress {
    bool isTls = true;
    std::string host;
    std::uint16_t port = 443;
    std::string path;  // with the query, from the slash on

    /// "https://HOST[:PORT]": what of it may be shown.
    [[nodiscard]] std::string shown() const;
    /// "HOST[:PORT]", as a request names it.
    [[nodiscard]] std::string hostAndPort() const;
};

/// Nothing for what is no http:// or https:// address, or holds a login, blanks or control characters.
std::optional<WebAddress> parseWebAddress(std::string_view text);

/// What of a target cannot be as it is.
std::vector<scheduler::RefusedField> checkTarget(const Target& target);

struct Rule {
    RuleId id;
    TargetId target;
    std::vector<Kind> kinds;  // none: all
    Severity least = Severity::Warning;
    std::optional<catalogue::PlanId> plan;  // of this one alone
    std::optional<std::string> vault;       // of this one alone

    [[nodiscard]] bool takes(const Trouble& trouble) const;
};

struct Settings {
    unsigned quietIntervals = 3;     // so many without a good backup make a plan quiet
    unsigned quietHours = 0;         // so many hours instead; 0: by intervals
    unsigned unreachableHours = 24;  // a vault that could not be listed for so long

    bool operator==(const Settings&) const = default;
};

/// Their highest values; the least of intervals and unreachable hours is 1.
inline constexpr unsigned kMostQuietIntervals = 100;
inline constexpr unsigned kMostQuietHours = 10'000;
inline constexpr unsigned kMostUnreachableHours = 10'000;
inline constexpr std::size_t kMostTargets = 100;
inline constexpr std::size_t kMostRules = 1000;

/// The tables of targets, rules and settings. Not thread-safe; the Database must outlive it.
class Targets final {
public:
    explicit Targets(catalogue::Database& database) : database_(database) {}

    /// Throws Error: Invalid ("CATALOG-0010") with every field that is refused, Exists ("CATALOG-0011") when
    /// the name is taken.
    TargetId add(const Target& target);
    void change(const Target& target);
    /// With its rules. What waits for it is given up.
    void remove(TargetId id);
    [[nodiscard]] std::optional<Target> find(TargetId id);
    /// By name.
    [[nodiscard]] std::vector<Target> list();

    /// Throws Error (NotFound, "CATALOG-0012") for a target or plan that is not there.
    RuleId addRule(const Rule& rule);
    void removeRule(RuleId id);
    [[nodiscard]] std::vector<Rule> rules();

    /// Targets with their names, each once.
    [[nodiscard]] std::vector<std::pair<TargetId, std::string>> whoHearsOf(const Trouble& trouble);

    [[nodiscard]] Settings settings();
    /// Throws Error (Invalid, "CATALOG-0010").
    void setSettings(const Settings& settings);

private:
    void requireFreeName(const std::string& name, TargetId except);

    catalogue::Database& database_;
};

}  // namespace alerts
