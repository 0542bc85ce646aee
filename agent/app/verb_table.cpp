// SPDX-License-Identifier: Apache-2.0
#include "agent/app/verb_table.hpp"

#include "agent/app/commands.hpp"

namespace app {

namespace {

using enum ValueKind;

constexpr Option kCommon[] = {
    {"json", None, "", "print JSON on standard output", 0, false},
    {"verbose", None, "", "tell more", 'v', false},
    {"quiet", None, "", "tell only what went wrong", 'q', false},
    {"help", None, "", "show help", 'h', false},
};

constexpr Option kVault[] = {
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

constexpr Option kS3[] = {
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

constexpr Option kDryRun{"dry-run", None, "", "tell what would happen and change nothing", 0, false};
constexpr Option kYes{"yes", None, "", "do not ask", 0, false};
constexpr Option kWorkers{"workers", Number, "N", "threads to work with (default: one for each processor)",
                          0,         false};
constexpr Option kClient{"client", Text, "NAME", "only points of this client", 0, false};
constexpr Option kPlan{"plan", Text, "NAME", "only points of this plan", 0, false};
constexpr Option kTag{"tag", Text, "TAG", "only points with this tag", 0, false};

constexpr Operand kPoint[] = {{"POINT", Point, 1, 1}};
constexpr Operand kVaultPath[] = {{"PATH", Folder, 1, 1}};
constexpr Operand kVaultName[] = {{"NAME", Vault, 1, 1}};
constexpr Operand kSources[] = {{"PATH", Path, 1, kAnyNumber}};
constexpr Operand kTwoPoints[] = {{"A", Point, 1, 1}, {"B", Point, 1, 1}};
constexpr Operand kPoints[] = {{"ID", Point, 0, kAnyNumber}};
constexpr Operand kPointsToCopy[] = {{"POINT", Point, 0, kAnyNumber}};
constexpr Operand kMountFolder[] = {{"FOLDER", Folder, 1, 1}};
constexpr Operand kPointAndPlace[] = {{"POINT", Point, 1, 1}, {"PATH", Text, 0, 1}};
constexpr Operand kPointAndFile[] = {{"POINT", Point, 1, 1}, {"PATH", Text, 1, 1}};
constexpr Operand kPattern[] = {{"PATTERN", Text, 1, 1}};
constexpr Operand kKey[] = {{"ID", Text, 1, 1}};
constexpr Operand kBucketPlace[] = {{"s3://BUCKET/FOLDER", Text, 1, 1}};
constexpr Operand kFile[] = {{"FILE", Path, 1, 1}};
constexpr Operand kShell[] = {{"bash|zsh|fish|powershell", Choice, 1, 1}};

constexpr Operand kNamed[] = {{"NAME", Text, 1, 1}};
constexpr Operand kNamedAndSources[] = {{"NAME", Text, 1, 1}, {"PATH", Path, 1, kAnyNumber}};
constexpr Operand kJobNumber[] = {{"JOB", Text, 1, 1}};
constexpr Operand kMethodAndPath[] = {{"get|post|put|delete", Choice, 1, 1}, {"PATH", Text, 1, 1}};

constexpr Option kRename{"rename", Text, "NAME", "the new name", 0, false};
constexpr Option kYesAlone[] = {kYes};
constexpr Option kPolicyOptions[] = {
    {"every", Text, "N(h|d|w)", "how often: 1 to 23 hours, 1 to 6 days or 1 to 4 weeks, like 6h", 0, false},
    {"first", Text, "TIME", "when the first backup is made, like 2026-12-01T22:00", 0, false},
    {"keep", Text, "N(d|m|y)", "how long backups are kept: days, months or years, at most 3650 days, like 3m",
     0, false},
    kDryRun,
};
constexpr Option kPolicyChangeOptions[] = {kPolicyOptions[0], kPolicyOptions[1], kPolicyOptions[2], kRename,
                                           kDryRun};
constexpr Option kPlanOptions[] = {
    {"vault", Vault, "VAULT", "name of the vault that its backups go to", 0, false},
    {"policy", Text, "NAME", "when it runs (default: only when somebody says so)", 0, false},
    {"client", Text, "NAME", "whose backups they are (default: this machine's name)", 0, false},
    {"option", Text, "NAME=VALUE", "an option of the backups, like exclude=*.tmp", 0, true},
    {"limit", Text, "FROM-UNTIL=RATE", "the bandwidth at some hours of the day, like 9-18=1M", 0, true},
    {"script-before", Path, "FILE", "runs before each backup", 0, false},
    {"script-after", Path, "FILE", "runs after each backup", 0, false},
};
constexpr Option kPlanChangeOptions[] = {kPlanOptions[0], kPlanOptions[1], kPlanOptions[2], kPlanOptions[3],
                                         kPlanOptions[4], kPlanOptions[5], kPlanOptions[6], kRename};
constexpr Option kPauseOptions[] = {{"minutes", Number, "N", "how long (default: 60)", 0, false}};
constexpr Option kJobListOptions[] = {
    {"active", None, "", "only those that wait or run", 0, false},
    {"plan", Text, "NAME", "only those of this plan", 0, false},
    {"limit", Number, "N", "how many at most, up to 1000 (default: 100)", 0, false},
};
constexpr Option kApiOptions[] = {
    {"body", Path, "FILE", "the request's JSON; '-' is standard input", 0, false}};

constexpr Option kParity{"parity",
                         Number,
                         "PERCENT",
                         "share of every pack that heals by itself when the storage has spoilt it, 1 to 10 "
                         "(0: none)",
                         0,
                         false};
constexpr Option kSetOptions[] = {kParity};
constexpr Option kCreateOptions[] = {
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
constexpr Option kConnectOptions[] = {
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
constexpr Option kBackupOptions[] = {
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
constexpr Option kRestoreOptions[] = {
    {"target", Folder, "DIR", "folder to restore into", 't', false},
    {"in-place", None, "", "restore to where the files came from", 0, false},
    {"include", Text, "PATH", "restore only this path, or what matches this pattern", 'i', true},
    {"exclude", Text, "PATTERN", "leave out what matches", 0, true},
    {"conflict", Choice, "skip|newer|overwrite|keep-both", "when a file is there already (default: skip)", 0,
     false},
    {"verify", None, "", "compare every restored byte with the vault afterwards", 0, false},
    {"client", Text, "NAME", "with 'latest': only points of this client", 0, false},
    {"plan", Text, "NAME", "with 'latest': only points of this plan", 0, false},
    kWorkers,
    kYes,
    kDryRun,
};
constexpr Option kListOptions[] = {
    {"records", None, "", "a JSON line for each point, with all that the vault keeps of it, for programs", 0,
     false},
    kClient,
    kPlan,
    kTag,
};
constexpr Option kWhichOptions[] = {kClient, kPlan};
constexpr Option kShowOptions[] = {
    {"faults", None, "", "list every fault and warning of the run", 0, false},
    kClient,
    kPlan,
};
constexpr Option kForgetOptions[] = {
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
constexpr Option kCopyOptions[] = {
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
constexpr Option kFindOptions[] = {
    {"point", Point, "ID", "look in this point only", 0, false},
    kClient,
    kPlan,
};
constexpr Option kMountOptions[] = {
    {"allow-other", None, "", "let other users look as well, as far as the files' rights let them", 0, false},
};
constexpr Option kPruneOptions[] = {
    {"max-unused", Number, "PERCENT", "share of useless data that may stay (default: 5)", 0, false},
    {"end-sessions-older-than", Number, "HOURS",
     "take backups not heard of for so long for dead (default: 72)", 0, false},
    kWorkers,
    kYes,
    kDryRun,
};
constexpr Option kVerifyOptions[] = {
    {"depth", Choice, "structure|seals|data", "how deep to look (default: seals)", 0, false},
    kWorkers,
};
constexpr Option kRepairOptions[] = {
    {"rebuild-index", None, "", "work the whole index out again from the packs", 0, false},
    kWorkers,
    kYes,
    kDryRun,
};
constexpr Option kAddKeyOptions[] = {
    {"label", Text, "TEXT", "what the password is for", 0, false},
    {"new-password-file", Path, "FILE", "take the new password from a file", 0, false},
};
constexpr Option kRemoveKeyOptions[] = {kYes};
constexpr Option kKitOptions[] = {
    {"output", Path, "FILE", "write it to a new file that only you can read", 'o', false},
};
constexpr Option kIssuerKey{"issuer-key",
                            Path,
                            "FILE",
                            "the key that signs certificates (default: issuer-key.pem among the settings)",
                            0,
                            false};
constexpr Option kNewIssuerOptions[] = {kIssuerKey};
constexpr Option kCertificateOptions[] = {
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

constexpr Option kServiceOptions[] = {
    {"port", Number, "N", "port of the page; 0 for any (else HBR_PORT, else agent.conf, else 8011)", 0,
     false},
    {"listen", Text, "ADDRESS",
     "where others reach the page; 0.0.0.0 for all (else HBR_LISTEN, else agent.conf)", 0, false},
};
constexpr Option kLogonPasswordOptions[] = {
    {"password-file", Path, "FILE", "take the logon password from a file (else HBR_LOGON_PASSWORD)", 0,
     false},
};

const Verb kVerbs[] = {
    {"vault", "create", "Make a new vault in an empty or missing folder", kVaultPath, kCreateOptions, false,
     "hbr vault create /mnt/disk/vault\nhbr vault create D:\\vault --name disk --password-file C:\\vault.txt",
     "The password comes from --password-file, --password-command or HBR_PASSWORD, else it is asked for. "
     "Without "
     "password and recovery kit nobody can read the vault again: print the kit with 'hbr key recovery-kit'.",
     createVault},
    {"vault", "connect", "Remember a vault that exists", kVaultPath, kConnectOptions, false,
     "hbr vault connect /mnt/disk/vault\nhbr vault connect /mnt/disk/vault --recovery-kit kit.txt", "",
     connectVault},
    {"vault",
     "disconnect",
     "Forget a remembered vault; the vault itself stays",
     kVaultName,
     {},
     false,
     "hbr vault disconnect disk",
     "",
     disconnectVault},
    {"vault", "list", "List the remembered vaults", {}, {}, false, "hbr vault list", "", listVaults},
    {"vault", "info", "Tell what a vault holds", {}, {}, true, "hbr vault info --vault disk", "", showVault},
    {"vault",
     "set",
     "Change how a vault is written from now on",
     {},
     kSetOptions,
     true,
     "hbr vault set --parity 5 --vault disk",
     "Parity takes about 8 % more room for 1 %, 19 % for 5 and 32 % for 10. What is in the vault already "
     "stays as it is; 'hbr copy' to a vault with parity gives it to all.",
     changeVault},
    {"backup", "run", "Back up files and folders", kSources, kBackupOptions, true,
     "hbr backup run /home /etc\nhbr backup run ~/work --exclude '*.o' --exclude-caches --tag weekly",
     "Unchanged files are not read again. A file that cannot be read is a fault: everything else is stored, "
     "and the "
     "exit code is 3. Scripts find HBR_PLAN, HBR_CLIENT and HBR_VAULT, the one at the end also "
     "HBR_JOB_RESULT: completed, partially-completed, failed or cancelled; it runs after a failed "
     "first script, too, and when it fails itself the exit code is 3. No script finds HBR_PASSWORD and "
     "other secrets, and --dry-run runs none.",
     runBackupCommand},
    {"", "restore", "Bring files back", kPoint, kRestoreOptions, true,
     "hbr restore latest --target /tmp/back\nhbr restore 3fa9 --in-place --include /etc/hosts --conflict "
     "overwrite",
     "POINT is 'latest', or the beginning of an id from 'hbr point list'. 'latest' is the point whose backup "
     "began last, of all clients unless --client names one, also among points that were copied here later. "
     "An "
     "interrupted restore goes on where it stopped when it is run again. At its end what was restored is "
     "flushed to the disk; when the power went before that, restore again with --conflict overwrite.",
     runRestoreCommand},
    {"point",
     "list",
     "List the restore points",
     {},
     kListOptions,
     true,
     "hbr point list\nhbr point list --client web1",
     "",
     listPoints},
    {"point", "show", "Tell all about a restore point", kPoint, kShowOptions, true,
     "hbr point show latest\nhbr point show 3fa9 --faults", "", showPoint},
    {"point", "diff", "Compare two restore points", kTwoPoints, kWhichOptions, true,
     "hbr point diff 3fa9 latest",
     "'+' was added, '-' was removed, 'M' has other content, 'm' has other properties only.", diffPoints},
    {"point", "forget", "Take restore points off the vault's list", kPoints, kForgetOptions, true,
     "hbr point forget 3fa9 b210 --yes\nhbr point forget --keep-daily 7 --keep-weekly 4 --dry-run\n"
     "hbr point forget 3fa9 --prune --yes",
     "Points are named, or judged by the --keep options: what any of them keeps is kept, and points of "
     "different "
     "clients, plans and sources are judged apart. Days, weeks, months and years are those of UTC. 'hbr "
     "prune' "
     "gives the room back, and so does --prune; what of it failed is made up for by running it again.",
     forgetPointsCommand},
    {"", "copy", "Copy restore points to another vault", kPointsToCopy, kCopyOptions, true,
     "hbr copy --to mirror\nhbr copy latest --to /mnt/other/vault\nhbr copy --tag monthly --vault disk --to "
     "archive",
     "Without POINT all are copied that --client, --plan and --tag let through; what the other vault has "
     "already is skipped, and what was forgotten there comes back. An interrupted copy uses what it stored "
     "when it is run again. The other vault's "
     "password comes from --to-password-file, --to-password-command or HBR_TO_PASSWORD, unless it is "
     "remembered.",
     copyPoints},
    {"", "browse", "List a folder in a restore point", kPointAndPlace, kWhichOptions, true,
     "hbr browse latest\nhbr browse latest /etc", "", browsePoint},
    {"", "find", "Find files by name in all restore points", kPattern, kFindOptions, true,
     "hbr find '*.conf'\nhbr find invoice --point latest\nhbr find '/etc/**/hosts'",
     "Plain text matches any part of a name, whatever the letters' case; '*', '?' and '[a-z]' match whole "
     "names; with "
     "a '/' whole paths. Each version is printed once, with the newest point that has it.",
     findFiles},
    {"", "cat", "Print a file from a restore point", kPointAndFile, kWhichOptions, true,
     "hbr cat latest /etc/hosts\nhbr cat 3fa9 /srv/db.dump > db.dump", "", catFile},
    {"", "mount", "Show the vault as a folder, on Linux", kMountFolder, kMountOptions, true,
     "hbr mount /mnt/points\nhbr mount /mnt/points --vault disk --allow-other",
     "Every client is a folder in it, every restore point a folder in that, and 'latest' leads to the "
     "newest. "
     "Nothing can be changed there. It ends with Ctrl-C or 'fusermount3 -u FOLDER'.",
     mountVault},
    {"",
     "prune",
     "Give back the room of what no restore point needs",
     {},
     kPruneOptions,
     true,
     "hbr prune --yes\nhbr prune --dry-run",
     "Safe while backups run.",
     pruneVault},
    {"",
     "verify",
     "Prove that a vault is whole",
     {},
     kVerifyOptions,
     true,
     "hbr verify\nhbr verify --depth data",
     "structure: everything that points need is there. seals: and everything in the vault opens. data: and "
     "every "
     "chunk is what its name says. The exit code is 8 when something is damaged.",
     verifyVault},
    {"",
     "repair",
     "Mend a damaged vault and tell what is lost",
     {},
     kRepairOptions,
     true,
     "hbr repair --dry-run\nhbr repair --yes",
     "The exit code is 8 when something is lost.",
     repairVault},
    {"key", "list", "List the vault's passwords", {}, {}, true, "hbr key list", "", listKeys},
    {"key",
     "add",
     "Add a password",
     {},
     kAddKeyOptions,
     true,
     "hbr key add --label 'office safe'",
     "The new password comes from --new-password-file or HBR_NEW_PASSWORD, else it is asked for.",
     addKey},
    {"key", "remove", "Remove a password", kKey, kRemoveKeyOptions, true, "hbr key remove 4e7a",
     "Who knew the password may have kept the vault's key.", removeKey},
    {"key",
     "recovery-kit",
     "Print the sheet that opens the vault without a password",
     {},
     kKitOptions,
     true,
     "hbr key recovery-kit | lp\nhbr key recovery-kit --output kit.txt",
     "",
     printRecoveryKit},
    {"certificate",
     "new-issuer",
     "Make the key that signs certificates",
     {},
     kNewIssuerOptions,
     false,
     "hbr certificate new-issuer\nhbr certificate new-issuer --issuer-key /root/issuer-key.pem",
     "Once for all clients: a client that has registered takes certificates of the same key only. A key is "
     "never replaced.",
     makeIssuer},
    {"certificate", "create", "Make the file that registers a client", kBucketPlace, kCertificateOptions,
     false,
     "hbr certificate create s3://backups/main --client web1 --endpoint https://s3.example.com --output "
     "web1.cert\nhbr certificate create s3://backups/main --client db1 --endpoint "
     "vpc=http://10.0.0.9:9000,public=https://s3.example.com",
     "It is good for two days, and names client, vault and endpoints for the networks vpc, classic and "
     "public; a URL alone is the public one. No access key is in it.",
     createCertificate},
    {"certificate",
     "show",
     "Tell what a certificate says, who signed it and until when it is good",
     kFile,
     {},
     false,
     "hbr certificate show web1.cert\nhbr certificate show - < web1.cert",
     "The exit code is 5 when it was changed, has expired, or is from the future. Who signed it is shown, "
     "not judged.",
     showCertificate},
    {"policy", "list", "List the policies", {}, {}, false, "hbr policy list --json", "", listPoliciesCommand},
    {"policy", "add", "Say when plans run and how long their backups are kept", kNamed, kPolicyOptions, false,
     "hbr policy add nightly --every 1d --first 2026-12-01T22:00 --keep 3m\n"
     "hbr policy add hourly --every 1h --first 2026-12-01T00:00 --keep 30d --dry-run",
     "Times are those of this machine's clocks. The first backup of each plan is full.", addPolicyCommand},
    {"policy", "change", "Change a policy for all plans that use it", kNamed, kPolicyChangeOptions, false,
     "hbr policy change nightly --every 12h --first 2026-12-01T22:00 --keep 3m", "", changePolicyCommand},
    {"policy", "delete", "Delete a policy, and the backups that its plans made", kNamed, kYesAlone, false,
     "hbr policy delete nightly", "Its plans stop. The service deletes their restore points from the vaults.",
     deletePolicyCommand},
    {"plan", "list", "List the plans", {}, {}, false, "hbr plan list", "", listPlansCommand},
    {"plan", "add", "Say what is backed up, where to and when", kNamedAndSources, kPlanOptions, false,
     "hbr plan add web --vault disk --policy nightly --option exclude=*.tmp /etc /srv\n"
     "hbr plan add now-and-then --vault disk /home",
     "Without a policy it runs by 'hbr plan run' alone. Options are those of 'hbr backup run', by their "
     "names "
     "without '--'.",
     addPlanCommand},
    {"plan", "change", "Say anew what a plan is", kNamedAndSources, kPlanChangeOptions, false,
     "hbr plan change web --vault disk --policy hourly /etc /srv",
     "What is not said is as in a new plan. Its backups stay its own.", changePlanCommand},
    {"plan", "run", "Run a plan now", kNamed, {}, false, "hbr plan run web", "", runPlanCommand},
    {"plan", "pause", "Let no run of a plan begin for a while", kNamed, kPauseOptions, false,
     "hbr plan pause web --minutes 120", "What falls into the pause is made once at its end.",
     pausePlanCommand},
    {"plan",
     "resume",
     "End the pause of a plan",
     kNamed,
     {},
     false,
     "hbr plan resume web",
     "",
     resumePlanCommand},
    {"plan", "delete", "Forget a plan; its backups stay", kNamed, kYesAlone, false,
     "hbr plan delete web --yes", "", deletePlanCommand},
    {"job",
     "list",
     "List jobs, the newest first",
     {},
     kJobListOptions,
     false,
     "hbr job list --active\nhbr job list --plan web --limit 10",
     "",
     listJobsCommand},
    {"job",
     "show",
     "Show a job and what happened in it",
     kJobNumber,
     {},
     false,
     "hbr job show 7",
     "",
     showJobCommand},
    {"job", "cancel", "Ask a job to end", kJobNumber, {}, false, "hbr job cancel 7", "", cancelJobCommand},
    {"", "api", "Ask the agent what its page asks", kMethodAndPath, kApiOptions, false,
     "hbr api get /overview\nhbr api post /policies --body policy.json\nhbr api get '/jobs?state=active'",
     "Paths are those of agent/doc/openapi.json, below /api/v1; 'hbr api get /openapi.json' prints it. With "
     "--json "
     "errors are printed as the page gets them, too.",
     askApi},
    {"service",
     "run",
     "Back up by the plans' policies and show the page, until it is stopped",
     {},
     kServiceOptions,
     false,
     "hbr service run\nhbr service run --port 8022 --listen 0.0.0.0",
     "systemd and Windows start it so; from a terminal it runs in the foreground, and Ctrl-C ends it. Until "
     "a "
     "logon password is set, only this machine reaches the page.",
     runServiceCommand},
    {"service",
     "password",
     "Set the logon password of the page",
     {},
     kLogonPasswordOptions,
     false,
     "hbr service password\nhbr service password --password-file /root/logon",
     "It needs no old password: whoever may change the agent's settings may set a new one. With it the page "
     "can "
     "be opened to other machines: --listen of 'hbr service run', or 'listen' in agent.conf.",
     setLogonPassword},
    {"service",
     "job",
     "Do a job of the service",
     kFile,
     {},
     false,
     "hbr service job /var/lib/hbr/jobs/7",
     "For the service alone: it names a file with the job's words, and stops the job by ending its input.",
     runServiceJob},
    {"",
     "completion",
     "Print a shell's completion script",
     kShell,
     {},
     false,
     "hbr completion bash > /etc/bash_completion.d/hbr\nhbr completion fish > "
     "~/.config/fish/completions/hbr.fish",
     "",
     printCompletion},
    {"", "man", "Print the manual page", {}, {}, false, "hbr man > hbr.1 && man ./hbr.1", "", printManPage},
    {"", "version", "Print the program's version", {}, {}, false, "hbr version --json", "", printVersion},
};

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

std::span<const Option> commonOptions() { return kCommon; }

std::span<const Option> vaultOptions() { return kVault; }

const Option* findOption(const Verb& verb, std::string_view name) noexcept {
    const Option* found = nullptr;
    forEachOption(verb, [&](const Option& option) {
        if (option.name == name) found = &option;
    });
    return found;
}

const Option* findLetter(const Verb& verb, char letter) noexcept {
    const Option* found = nullptr;
    forEachOption(verb, [&](const Option& option) {
        if (option.letter == letter) found = &option;
    });
    return found;
}

std::string operandText(const Operand& operand) {
    std::string text(operand.name);
    if (operand.atMost > 1) text += "...";
    return operand.atLeast == 0 ? '[' + text + ']' : text;
}

}  // namespace app
