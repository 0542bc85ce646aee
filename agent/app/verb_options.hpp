// SPDX-License-Identifier: Apache-2.0
// verb_options.hpp: the options and operands that verb_table.cpp gives to its verbs. For that file alone.
#pragma once

#include "agent/app/verb_table.hpp"

namespace app {

using enum ValueKind;

inline constexpr Option kCommon[] = {
    {"json", None, "", "print JSON on standard output", 0, false},
    {"verbose", None, "", "tell more", 'v', false},
    {"quiet", None, "", "tell only what went wrong", 'q', false},
    {"help", None, "", "show help", 'h', false},
};

inline constexpr Option kVault[] = {
    {"vault", Vault, "VAULT", "name or path of the vault (else HBR_VAULT, else the only one known)", 0,
     false},
    {"password-file", Path, "FILE", "take the vault's password from a file", 0, false},
    {"password-command", Text, "COMMAND", "take the vault's password from what a program prints", 0, false},
    {"limit-upload", Rate, "RATE",
     "send at most so much a second, such as 500K or 10M (else HBR_LIMIT_UPLOAD)", 0, false},
    {"limit-download", Rate, "RATE", "receive at most so much a second (else HBR_LIMIT_DOWNLOAD)", 0, false},
    {"limit-upload-by-hour", Text, "HOURS=RATE,...",
     "send at most so much at some hours, such as 9-18=1M,22-6=10M (else as --limit-upload says)", 0, false},
};

inline constexpr Option kS3[] = {
    {"endpoint", Text, "URL", "S3: the server, as https://HOST:PORT; several as NAME=URL,NAME=URL", 0, false},
    {"network", Text, "NAME", "S3: which of several endpoints to use (else HBR_S3_NETWORK, else the first)",
     0, false},
    {"region", Text, "REGION", "S3: the bucket's region (default: us-east-1)", 0, false},
    {"addressing", Choice, "path|host", "S3: where the bucket's name stands (default: path with --endpoint)",
     0, false},
    {"ca-file", Path, "FILE", "S3: certificates that the server's is signed with", 0, false},
    {"proxy", Text, "URL", "S3: the HTTP proxy to go through", 0, false},
    {"access-key-file", Path, "FILE", "S3: the access key: its id, secret and session token, a line each", 0,
     false},
    {"proxy-login-file", Path, "FILE", "S3: what the proxy asks for: user name and password, a line each", 0,
     false},
};

inline constexpr Option kDryRun{"dry-run", None, "", "tell what would happen and change nothing", 0, false};
inline constexpr Option kYes{"yes", None, "", "do not ask", 0, false};
inline constexpr Option kWorkers{
    "workers", Number, "N", "threads to work with (default: one for each processor)", 0, false};
inline constexpr Option kClient{"client", Text, "NAME", "only points of this client", 0, false};
inline constexpr Option kPlan{"plan", Text, "NAME", "only points of this plan", 0, false};
inline constexpr Option kTag{"tag", Text, "TAG", "only points with this tag", 0, false};

inline constexpr Operand kPoint[] = {{"POINT", Point, 1, 1}};
inline constexpr Operand kVaultPath[] = {{"PATH", Folder, 1, 1}};
inline constexpr Operand kVaultName[] = {{"NAME", Vault, 1, 1}};
inline constexpr Operand kSources[] = {{"PATH", Path, 1, kAnyNumber}};
inline constexpr Operand kTwoPoints[] = {{"A", Point, 1, 1}, {"B", Point, 1, 1}};
inline constexpr Operand kPoints[] = {{"ID", Point, 0, kAnyNumber}};
inline constexpr Operand kPointsToCopy[] = {{"POINT", Point, 0, kAnyNumber}};
inline constexpr Operand kMountFolder[] = {{"FOLDER", Folder, 1, 1}};
inline constexpr Operand kPointAndPlace[] = {{"POINT", Point, 1, 1}, {"PATH", Text, 0, 1}};
inline constexpr Operand kPointAndFile[] = {{"POINT", Point, 1, 1}, {"PATH", Text, 1, 1}};
inline constexpr Operand kPattern[] = {{"PATTERN", Text, 1, 1}};
inline constexpr Operand kText[] = {{"TEXT", Text, 1, 1}};
inline constexpr Operand kKey[] = {{"ID", Text, 1, 1}};
inline constexpr Operand kBucketPlace[] = {{"s3://BUCKET/FOLDER", Text, 1, 1}};
inline constexpr Operand kFile[] = {{"FILE", Path, 1, 1}};
inline constexpr Operand kShell[] = {{"bash|zsh|fish|powershell", Choice, 1, 1}};

inline constexpr Operand kNamed[] = {{"NAME", Text, 1, 1}};
inline constexpr Operand kNamedAndSources[] = {{"NAME", Text, 1, 1}, {"PATH", Path, 1, kAnyNumber}};
inline constexpr Operand kJobNumber[] = {{"JOB", Text, 1, 1}};
inline constexpr Operand kRuleNumber[] = {{"RULE", Text, 1, 1}};
inline constexpr Operand kMethodAndPath[] = {{"get|post|put|delete", Choice, 1, 1}, {"PATH", Text, 1, 1}};

inline constexpr Option kRename{"rename", Text, "NAME", "the new name", 0, false};
inline constexpr Option kYesAlone[] = {kYes};
inline constexpr Option kPolicyOptions[] = {
    {"every", Text, "N(h|d|w)", "how often: 1 to 23 hours, 1 to 6 days or 1 to 4 weeks, like 6h", 0, false},
    {"first", Text, "TIME", "when the first backup is made, like 2026-12-01T22:00", 0, false},
    {"keep", Text, "N(d|m|y)", "how long backups are kept: days, months or years, at most 3650 days, like 3m",
     0, false},
    kDryRun,
};
inline constexpr Option kPolicyChangeOptions[] = {kPolicyOptions[0], kPolicyOptions[1], kPolicyOptions[2],
                                                  kRename, kDryRun};
inline constexpr Option kPlanOptions[] = {
    {"vault", Vault, "VAULT", "name of the vault that its backups go to", 0, false},
    {"policy", Text, "NAME", "when it runs (default: only when somebody says so)", 0, false},
    {"client", Text, "NAME", "whose backups they are (default: this machine's name)", 0, false},
    {"option", Text, "NAME=VALUE", "an option of the backups, like exclude=*.tmp", 0, true},
    {"limit", Text, "FROM-UNTIL=RATE", "the bandwidth at some hours of the day, like 9-18=1M", 0, true},
    {"script-before", Path, "FILE", "runs before each backup", 0, false},
    {"script-after", Path, "FILE", "runs after each backup", 0, false},
};
inline constexpr Option kPlanChangeOptions[] = {kPlanOptions[0], kPlanOptions[1], kPlanOptions[2],
                                                kPlanOptions[3], kPlanOptions[4], kPlanOptions[5],
                                                kPlanOptions[6], kRename};
inline constexpr Option kPauseOptions[] = {{"minutes", Number, "N", "how long (default: 60)", 0, false}};
inline constexpr Option kJobListOptions[] = {
    {"active", None, "", "only those that wait or run", 0, false},
    {"plan", Text, "NAME", "only those of this plan", 0, false},
    {"limit", Number, "N", "how many at most, up to 1000 (default: 100)", 0, false},
};
inline constexpr Option kApiOptions[] = {
    {"body", Path, "FILE", "the request's JSON; '-' is standard input", 0, false}};

inline constexpr Option kParity{
    "parity",
    Number,
    "PERCENT",
    "share of every pack that heals by itself when the storage has spoilt it, 1 to 10 "
    "(0: none)",
    0,
    false};
inline constexpr Option kSetOptions[] = {kParity};
inline constexpr Option kCreateOptions[] = {
    {"name", Text, "NAME", "name to remember the vault by (default: its folder's name)", 0, false},
    kParity,
    kVault[1],
    kVault[2],
    kVault[3],
    kVault[4],
    kS3[0],
    kS3[1],
    kS3[2],
    kS3[3],
    kS3[4],
    kS3[5],
    kS3[6],
    kS3[7],
};
inline constexpr Option kConnectOptions[] = {
    {"name", Text, "NAME", "name to remember the vault by (default: its folder's name)", 0, false},
    {"recovery-kit", Path, "FILE",
     "open it with the recovery kit instead of a password ('-': standard input)", 0, false},
    kVault[1],
    kVault[2],
    kVault[3],
    kVault[4],
    kS3[0],
    kS3[1],
    kS3[2],
    kS3[3],
    kS3[4],
    kS3[5],
    kS3[6],
    kS3[7],
};
inline constexpr Option kBackupOptions[] = {
    {"exclude", Text, "PATTERN", "leave out what matches, as a line of a .gitignore file", 0, true},
    {"exclude-file", Path, "FILE", "take such lines from a file", 0, true},
    {"exclude-caches", None, "", "leave out what lies in folders with a CACHEDIR.TAG", 0, false},
    {"exclude-larger-than", Size, "SIZE", "leave out larger files, such as 500M or 2GiB", 0, false},
    {"exclude-type", Text, "TYPE", "leave out a type: '.log' and such, symlink, device, fifo or socket", 0,
     true},
    {"one-file-system", None, "", "do not enter other file systems mounted below the paths", 'x', false},
    {"fixed-pages", Text, "PATTERN",
     "cut what matches at fixed pages: for disk images and database files, which change in place", 0, true},
    {"plan", Text, "NAME", "group points that follow one another under a name", 0, false},
    {"tag", Text, "TAG", "mark the point", 0, true},
    {"client", Text, "NAME", "this machine's name in the vault (else HBR_CLIENT, else the host's name)", 0,
     false},
    {"reread", None, "", "read every file, even if it looks unchanged", 0, false},
    {"parent", Point, "ID", "compare with this point (default: the last one of these paths)", 0, false},
    {"script-before", Path, "FILE", "run a script first; when it fails, nothing is backed up", 0, false},
    {"script-after", Path, "FILE", "run a script at the end, however the backup went", 0, false},
    {"script-timeout", Number, "MINUTES", "end a script that takes longer (default: 60)", 0, false},
    {"plan-name", Text, "NAME", "what scripts find in HBR_PLAN (default: the name of --plan)", 0, false},
    kWorkers,
    kDryRun,
};
inline constexpr Option kRestoreOptions[] = {
    {"target", Folder, "DIR", "folder to restore into", 't', false},
    {"in-place", None, "", "restore to where the files came from", 0, false},
    {"include", Text, "PATH", "restore only this path, or what matches this pattern", 'i', true},
    {"exclude", Text, "PATTERN", "leave out what matches", 0, true},
    {"key", Text, "KEY", "restore only what has this key, as 'browse --json' tells it, and what is below", 0,
     true},
    {"conflict", Choice, "skip|newer|overwrite|keep-both", "when a file is there already (default: skip)", 0,
     false},
    {"verify", None, "", "compare every restored byte with the vault afterwards", 0, false},
    {"client", Text, "NAME", "with 'latest': only points of this client", 0, false},
    {"plan", Text, "NAME", "with 'latest': only points of this plan", 0, false},
    kWorkers,
    kYes,
    kDryRun,
};
inline constexpr Option kListOptions[] = {
    {"records", None, "", "a JSON line for each point, with all that the vault keeps of it, for programs", 0,
     false},
    kClient,
    kPlan,
    kTag,
};
inline constexpr Option kWhichOptions[] = {kClient, kPlan};
inline constexpr Option kBrowseOptions[] = {
    {"key", Text, "KEY", "the folder with this key, as --json tells it", 0, false},
    {"after", Text, "KEY", "only what stands behind the entry with this key", 0, false},
    {"most", Number, "N", "list so many entries at most", 0, false},
    kClient,
    kPlan,
};
inline constexpr Option kShowOptions[] = {
    {"faults", None, "", "list every fault and warning of the run", 0, false},
    kClient,
    kPlan,
};
inline constexpr Option kForgetOptions[] = {
    {"keep-last", Number, "N", "keep the newest N points", 0, false},
    {"keep-hourly", Number, "N", "keep the newest point of each of N hours", 0, false},
    {"keep-daily", Number, "N", "keep the newest point of each of N days", 0, false},
    {"keep-weekly", Number, "N", "keep the newest point of each of N weeks", 0, false},
    {"keep-monthly", Number, "N", "keep the newest point of each of N months", 0, false},
    {"keep-yearly", Number, "N", "keep the newest point of each of N years", 0, false},
    {"keep-within", Number, "DAYS", "keep points that are at most so many days older than the newest", 0,
     false},
    {"keep-tag", Text, "TAG", "keep points with this tag", 0, true},
    {"skip-missing", None, "", "pass over ids that the vault does not have", 0, false},
    {"prune", None, "", "give their room back at once, as 'hbr prune' does", 0, false},
    kClient,
    kPlan,
    kTag,
    kWorkers,
    kYes,
    kDryRun,
};
inline constexpr Option kCopyOptions[] = {
    {"to", Vault, "VAULT", "name or path of the vault to copy to (else HBR_TO)", 0, false},
    {"to-password-file", Path, "FILE", "take that vault's password from a file", 0, false},
    {"to-password-command", Text, "COMMAND", "take that vault's password from what a program prints", 0,
     false},
    kClient,
    kPlan,
    kTag,
    kWorkers,
    kDryRun,
};
inline constexpr Option kFindOptions[] = {
    {"point", Point, "ID", "look in this point only", 0, false},
    kClient,
    kPlan,
};
inline constexpr Option kSearchOptions[] = {
    {"vault", Vault, "VAULT", "only in this vault (default: in all that are known)", 0, false},
    {"client", Text, "NAME", "only backups of this client", 0, false},
    {"kind", Choice, "file|folder|link|other", "only this kind", 0, false},
    {"least-size", Size, "SIZE", "only versions of at least this size, such as 500M", 0, false},
    {"most-size", Size, "SIZE", "only versions of at most this size", 0, false},
    {"modified-from", Text, "TIME", "only versions that were changed then or later, like 2026-12-01 (UTC)", 0,
     false},
    {"modified-until", Text, "TIME", "only versions that were changed then or earlier", 0, false},
    {"backed-up-from", Text, "TIME", "only restore points that began then or later", 0, false},
    {"backed-up-until", Text, "TIME", "only restore points that began then or earlier", 0, false},
    {"order", Choice, "path|newest", "by path, or what was changed last first (default: path)", 0, false},
    {"limit", Number, "N", "how many paths at most, up to 100 (default: 50)", 0, false},
};
inline constexpr Option kMountOptions[] = {
    {"allow-other", None, "", "let other users look as well, as far as the files' rights let them", 0, false},
};
inline constexpr Option kPruneOptions[] = {
    {"max-unused", Number, "PERCENT", "share of useless data that may stay (default: 5)", 0, false},
    {"end-sessions-older-than", Number, "HOURS",
     "take backups not heard of for so long for dead (default: 72)", 0, false},
    kWorkers,
    kYes,
    kDryRun,
};
inline constexpr Option kVerifyOptions[] = {
    {"depth", Choice, "structure|seals|data", "how deep to look (default: seals)", 0, false},
    kWorkers,
};
inline constexpr Option kRepairOptions[] = {
    {"rebuild-index", None, "", "work the whole index out again from the packs", 0, false},
    kWorkers,
    kYes,
    kDryRun,
};
inline constexpr Option kAddKeyOptions[] = {
    {"label", Text, "TEXT", "what the password is for", 0, false},
    {"new-password-file", Path, "FILE", "take the new password from a file", 0, false},
};
inline constexpr Option kRemoveKeyOptions[] = {kYes};
inline constexpr Option kKitOptions[] = {
    {"output", Path, "FILE", "write it to a new file that only you can read", 'o', false},
};
inline constexpr Option kIssuerKey{
    "issuer-key",
    Path,
    "FILE",
    "the key that signs certificates (default: issuer-key.pem among the settings)",
    0,
    false};
inline constexpr Option kNewIssuerOptions[] = {kIssuerKey};
inline constexpr Option kCertificateOptions[] = {
    {"client", Text, "NAME", "name of the client that will register with it", 0, false},
    {"client-id", Text, "ID", "id of a client that registers again (default: a new one)", 0, false},
    {"name", Text, "NAME", "the vault's name (default: its folder's name)", 0, false},
    {"description", Text, "TEXT", "what the vault is for", 0, false},
    kS3[0],
    kS3[2],
    kS3[3],
    kS3[4],
    kIssuerKey,
    {"output", Path, "FILE", "write it to a new file", 'o', false},
};

inline constexpr Option kRegisterOptions[] = {
    {"certificate", Path, "FILE", "the certificate that was downloaded from the console", 0, false},
    {"network", Choice, "vpc|classic|public", "by which network this machine reaches the store", 0, false},
    kS3[6],
    {"logon-password-file", Path, "FILE", "take the logon password from a file (else HBR_LOGON_PASSWORD)", 0,
     false},
    {"vault-password-file", Path, "FILE", "take the vault's password from a file (else HBR_PASSWORD)", 0,
     false},
    {"encrypt-access-key", None, "",
     "keep the access key under the logon password: jobs wait after each restart until it is entered", 0,
     false},
    {"issuer", Text, "FINGERPRINT", "who must have signed the certificate, as the console shows it", 0,
     false},
    {"accept-difference", None, "", "take a certificate of another client or vault", 0, false},
    kDryRun,
    kYes,
};
inline constexpr Option kActivateOptions[] = {
    kRegisterOptions[0],
    kRegisterOptions[1],
    kRegisterOptions[2],
    kRegisterOptions[3],
    kRegisterOptions[4],
    kRegisterOptions[5],
    kRegisterOptions[6],
    kRegisterOptions[7],
    {"fingerprint", Text, "SHA-256", "of the agent's TLS certificate, as it shows it on its machine", 0,
     false},
    kYes,
};
inline constexpr Operand kAgentAddress[] = {{"ADDRESS", Text, 0, 1}};
inline constexpr Option kUnlockOptions[] = {
    kRegisterOptions[3],
    {"port", Number, "N", "port of the page (else HBR_PORT, else agent.conf)", 0, false},
};
inline constexpr Operand kIssuer[] = {{"FINGERPRINT", Text, 1, 1}};

inline constexpr Option kAlertListOptions[] = {
    {"open", None, "", "what is wrong at this moment alone", 0, false},
    {"limit", Number, "N", "how many at most (default: 100)", 0, false},
};
inline constexpr Option kMailTargetOptions[] = {
    {"server", Text, "HOST[:PORT]", "the mail server (port: 587, or 465 with tls, or 25 with none)", 0,
     false},
    {"security", Choice, "starttls|tls|none", "how the connection is kept secret (default: starttls)", 0,
     false},
    {"login", Text, "NAME", "whom the server knows", 0, false},
    {"password-file", Path, "FILE", "take the login's password from a file", 0, false},
    {"from", Text, "ADDRESS", "who sends", 0, false},
    {"to", Text, "ADDRESS", "who gets it; may be given again", 0, true},
    {"ca-file", Path, "FILE", "trust these authorities and no others", 0, false},
};
inline constexpr Option kWebhookOptions[] = {
    {"url-file", Path, "FILE", "take the address from a file, for it may be a secret", 0, false},
    {"secret-file", Path, "FILE", "sign what is sent by the secret in a file", 0, false},
    {"ca-file", Path, "FILE", "trust these authorities and no others", 0, false},
};
inline constexpr Option kRuleOptions[] = {
    {"kind", Text, "KIND", "of this kind alone, such as 'job failed'; may be given again", 0, true},
    {"least", Choice, "information|warning|error", "of this severity and worse (default: warning)", 0, false},
    {"plan", Text, "NAME", "of this plan alone", 0, false},
    {"vault", Text, "NAME", "of this vault alone", 0, false},
};
inline constexpr Option kTokenOptions[] = {
    {"scope", Choice, "read|operate|restore|admin", "what it may do (default: read)", 0, false},
    {"days", Number, "N", "until it expires (default: never)", 0, false},
};
inline constexpr Option kAlertSettingsOptions[] = {
    {"quiet-intervals", Number, "N", "a plan without a backup for so many of its intervals is quiet", 0,
     false},
    {"quiet-hours", Number, "N", "for so many hours instead; 0: by intervals", 0, false},
    {"unreachable-hours", Number, "N", "a vault that could not be listed for so long is told of", 0, false},
};
inline constexpr Option kServiceOptions[] = {
    {"port", Number, "N", "port of the page; 0 for any (else HBR_PORT, else agent.conf, else 8011)", 0,
     false},
    {"listen", Text, "ADDRESS",
     "where others reach the page; 0.0.0.0 for all (else HBR_LISTEN, else agent.conf)", 0, false},
    {"log-folder", Folder, "FOLDER", "keep a log of its own there, agent.log (else HBR_LOG_DIR)", 0, false},
};
inline constexpr Option kConfigureOptions[] = {
    {"port", Number, "N", "port of the page", 0, false},
    {"listen", Text, "ADDRESS", "where others reach the page; 0.0.0.0 for all", 0, false},
    {"require-free", None, "", "refuse a port that is taken even if it is the one that was set before", 0,
     false},
};
inline constexpr Option kRegistrationOptions[] = {
    {"log-folder", Folder, "FOLDER", "where the service keeps its log, agent.log", 0, false},
};
inline constexpr Option kServiceJobOptions[] = {
    {"key-on-input", None, "", "the first line of standard input opens encrypted access keys", 0, false},
};
inline constexpr Option kLogonPasswordOptions[] = {
    {"password-file", Path, "FILE", "take the logon password from a file (else HBR_LOGON_PASSWORD)", 0,
     false},
    {"current-password-file", Path, "FILE",
     "where an access key is encrypted: the password so far (else HBR_CURRENT_LOGON_PASSWORD)", 0, false},
    {"give-up-access-key", None, "", "the password so far was lost: register again afterwards", 0, false},
};

}  // namespace app
