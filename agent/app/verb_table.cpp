// SPDX-License-Identifier: Apache-2.0
#include "agent/app/verb_table.hpp"

#include "agent/app/commands.hpp"
#include "agent/app/verb_options.hpp"

namespace app {

namespace {

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
     "and the exit code is 3. Scripts find HBR_PLAN, HBR_CLIENT and HBR_VAULT, the one at the end also "
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
     "different clients, plans and sources are judged apart. Days, weeks, months and years are those of UTC. "
     "'hbr "
     "prune' gives the room back, and so does --prune; what of it failed is made up for by running it again.",
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
    {"", "browse", "List a folder in a restore point", kPointAndPlace, kBrowseOptions, true,
     "hbr browse latest\nhbr browse latest /etc",
     "With --json each entry has a key, which names it also where its name is no text. --most and --after go "
     "through a large folder in parts; the result behind them tells where to go on.",
     browsePoint},
    {"", "find", "Find files by name in all restore points", kPattern, kFindOptions, true,
     "hbr find '*.conf'\nhbr find invoice --point latest\nhbr find '/etc/**/hosts'",
     "Plain text matches any part of a name, whatever the letters' case; '*', '?' and '[a-z]' match whole "
     "names; with a '/' whole paths. Each version is printed once, with the newest point that has it.",
     findFiles},
    {"", "cat", "Print a file from a restore point", kPointAndFile, kWhichOptions, true,
     "hbr cat latest /etc/hosts\nhbr cat 3fa9 /srv/db.dump > db.dump", "", catFile},
    {"", "mount", "Show the vault as a folder, on Linux", kMountFolder, kMountOptions, true,
     "hbr mount /mnt/points\nhbr mount /mnt/points --vault disk --allow-other",
     "Every client is a folder in it, every restore point a folder in that, and 'latest' leads to the "
     "newest. Nothing can be changed there. It ends with Ctrl-C or 'fusermount3 -u FOLDER'.",
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
     "every chunk is what its name says. The exit code is 8 when something is damaged.",
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
    {"client",
     "register",
     "Make this machine a client of a console's, with a certificate",
     {},
     kRegisterOptions,
     false,
     "hbr client register --certificate web1.cert --network public\n"
     "hbr client register --certificate web1.cert --access-key-file /root/key --encrypt-access-key",
     "The access key is tried before anything is kept. The vault has a password of its own, which this asks "
     "for: a new vault gets it, and one that is there is opened with it. To register again keeps plans and "
     "backups.",
     registerClientCommand},
    {"client",
     "show",
     "Tell what this machine is registered as",
     {},
     {},
     false,
     "hbr client show",
     "",
     showClientCommand},
    {"client",
     "trust-issuer",
     "Take certificates that a console signs",
     kIssuer,
     {},
     false,
     "hbr client trust-issuer 6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20",
     "Before the first registration it is the one console that can register this machine. A public key of 64 "
     "hex digits is taken, too.",
     trustIssuerCommand},
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
     "configure",
     "Show or set where the page is reached",
     {},
     kConfigureOptions,
     false,
     "hbr service configure\nhbr service configure --port 8022 --listen 0.0.0.0",
     "Writes agent.conf; what is set counts when the service starts the next time. A new port that is taken "
     "is refused, with the process that has it.",
     configureService},
    {"service",
     "status",
     "Ask the page of this machine whether it answers",
     {},
     {},
     false,
     "hbr service status",
     "The port is that of agent.conf, or HBR_PORT. Nobody needs to be logged in.",
     showServiceStatus},
    {"service",
     "install",
     "Let Windows know and start the service (Windows only)",
     {},
     kRegistrationOptions,
     false,
     R"(hbr service install --log-folder C:\ProgramData\HBR\logs)",
     "The packages do this. On Linux a unit file does it.",
     installServiceCommand},
    {"service",
     "repair",
     "Register the service with Windows anew (Windows only)",
     {},
     kRegistrationOptions,
     false,
     "hbr service repair",
     "Sets what 'service install' sets, whoever changed it since: program, start, rights, recovery after "
     "failures.",
     repairServiceCommand},
    {"service",
     "remove",
     "Stop the service and let Windows forget it (Windows only)",
     {},
     {},
     false,
     "hbr service remove",
     "Settings, backups and vaults stay.",
     removeServiceCommand},
    {"service",
     "job",
     "Do a job of the service",
     kFile,
     {},
     false,
     "hbr service job /var/lib/hbr/jobs/7",
     "For the service alone: it names a file with the job's words, and stops the job by ending its input.",
     runServiceJob},
    {"service",
     "restore",
     "Do a restore that the service hands over",
     {},
     {},
     false,
     "hbr service restore",
     "For hbr-restore@.service of systemd alone: the first line of its input is the path of a file with the "
     "words of a restore. It does nothing but restores, and stops when its input ends.",
     runServiceRestore},
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
