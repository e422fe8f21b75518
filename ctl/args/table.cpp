// The rows. Order here is the order in the help.
#include "ctl/args/table.h"

#include <array>

namespace satchel::ctl {
namespace {

using enum OptionRow::Kind;

// clang-format off
constexpr std::array kGlobal = {
    OptionRow{"--json",       "", "print one JSON object instead of text", flag},
    OptionRow{"-n,--dry-run", "", "show what would happen, change nothing", flag},
    OptionRow{"-v,--verbose", "", "say more", flag},
    OptionRow{"-q,--quiet",   "", "print errors only", flag},
    OptionRow{"--no-color",   "", "plain output (also with NO_COLOR set)", flag},
    OptionRow{"-y,--yes",     "", "do not ask", flag},
};
constexpr std::array kStatus = {
    OptionRow{"-w,--watch", "", "go on: redraw on a terminal, else a line for each change", flag},
};
constexpr std::array kSetup = {
    OptionRow{"--url",       "URL",  "reach the hub there instead of the address in the join string"},
    OptionRow{"--join-file", "FILE", "read the join string from FILE; - is standard input"},
    OptionRow{"--name",      "NAME", "call this device NAME; else by its host name"},
};
constexpr std::array kLogout = {
    OptionRow{"--force",       "", "leave though the hub cannot be told, or no other device may write", flag},
    OptionRow{"--keep-device", "", "tell nobody: another copy of this device goes on", flag},
};
constexpr std::array kRegister = {
    OptionRow{"--name", "NAME", "name of the new device", value, true},
};
constexpr std::array kPush = {
    OptionRow{"--project", "PROJECT", "only this project's sessions, as satchelctl link lists it"},
};
constexpr std::array kPull = {
    OptionRow{"--project", "PROJECT", "only this project's sessions, as satchelctl link lists it"},
    OptionRow{"--wait", "", "wait until assistants have let go of what is to be written", flag},
    OptionRow{"--since", "TIME", "name what other devices changed after TIME; all is fetched anyway"},
};
constexpr std::array kServer = {
    OptionRow{"--port",     "PORT",    "port to listen on (9100)"},
    OptionRow{"--bind",     "ADDRESS", "address to listen on (127.0.0.1)"},
    OptionRow{"--tls-cert", "FILE",    "certificate chain, PEM"},
    OptionRow{"--tls-key",  "FILE",    "private key, PEM"},
    OptionRow{"--url",      "URL",     "the address that join strings tell devices"},
    OptionRow{"--data-dir", "DIR",     "keep the hub's database there"},
    OptionRow{"--trusted-proxy", "ADDRESS,ADDRESS", "believe X-Forwarded-For from there"},
    OptionRow{"--metrics-bind",  "ADDRESS:PORT",    "serve /metrics and /healthz there"},
    OptionRow{"--log-requests",  "",                "write a line of log for each request", flag},
};
constexpr std::array kHubInit = {
    OptionRow{"--data-dir", "DIR", "keep the hub's database there"},
};
constexpr std::array kHubBackup = {
    OptionRow{"folder",     "DIR", "where backups are gathered (\"backups\" in the hub's data directory)"},
    OptionRow{"--keep",     "N",   "remove all but the newest N backups there"},
    OptionRow{"--data-dir", "DIR", "of a hub that does not run: where its database is"},
};
constexpr std::array kHubRestore = {
    OptionRow{"backup",     "DIR", "the folder that hub backup made", value, true},
    OptionRow{"--data-dir", "DIR", "where the hub's database is"},
};
constexpr std::array kHubAudit = {
    OptionRow{"--lines",  "N", "how many rows to show (50)"},
    OptionRow{"--verify", "",  "read the whole record and compare its links", flag},
};
constexpr std::array kLogs = {
    OptionRow{"-f,--follow", "",  "go on with new lines", flag},
    OptionRow{"-n,--lines",  "N", "how many lines to start with (50)"},
    OptionRow{"-l,--level",  "LEVEL", "only lines of this level and worse: trace, debug, info, warn or error"},
    OptionRow{"--format",    "FORMAT", "text, json or logfmt, whatever the file has (text; json with --json)"},
};
constexpr std::array kLogLevel = {
    OptionRow{"level", "LEVEL", "trace, debug, info, warn or error", value, true},
};
constexpr std::array kSourceAdd = {
    OptionRow{"path",       "PATH",             "directory, SQLite file, or an assistant: claude, codex, ...", value, true},
    OptionRow{"--name",     "NAME",             "call the source NAME"},
    OptionRow{"--kind",     "KIND",             "auto, tables or files"},
    OptionRow{"--profile",  "PROFILE",          "rules for a known assistant's directory"},
    OptionRow{"--preset",   "PRESET",           "what is known of a database: cc"},
    OptionRow{"--table",    "TABLE",            "only this table; may be repeated", list},
    OptionRow{"--tables",   "TABLE,TABLE",      "only these tables", list},
    OptionRow{"--capture",  "HOW",              "auto, scan or marks"},
    OptionRow{"--writes",   "WHEN",             "closed (default) or live: while others have it open"},
    OptionRow{"--secrets",  "POLICY",           "of files: mask (default), hold or send"},
    OptionRow{"--identity", "TABLE=IDENTITY",   "column, key, mapped or content; may be repeated", list},
    OptionRow{"--policy",   "[TABLE=]POLICY",   "what to do with conflicts, see source set; may be repeated", list},
    OptionRow{"--rule",     "PATTERN=CLASS",    "class of matching files; may be repeated", list},
};
constexpr std::array kSourceResume = {
    OptionRow{"name",      "NAME", "the source's name, as in source list", value, true},
    OptionRow{"--publish", "", "what lies at its place is right: send it", flag},
    OptionRow{"--restore", "", "what the workspace has is right: write it back", flag},
};
constexpr std::array kSourceName = {
    OptionRow{"name", "NAME", "name of the source", value, true},
};
constexpr std::array kSourceSet = {
    OptionRow{"name",     "NAME",   "name of the source", value, true},
    OptionRow{"--policy", "POLICY", "prefer_newer, manual_abort, prefer_local or prefer_remote"},
    OptionRow{"--table",  "TABLE",  "for conflicts of this table only"},
    OptionRow{"--exclude", "PATTERN", "let files stay on this device; may be repeated", list},
    OptionRow{"--include", "PATTERN", "take an excluded pattern back; may be repeated", list},
    OptionRow{"--exclude-project", "PROJECT", "let a project's sessions stay on this device; may be repeated", list},
    OptionRow{"--include-project", "PROJECT", "take an excluded project back; may be repeated", list},
    OptionRow{"--keep-local", "PATTERN", "let files stay where they are on every device; may be repeated", list},
    OptionRow{"--share", "PATTERN", "take such a mark back; may be repeated", list},
};
constexpr std::array kDeviceApprove = {
    OptionRow{"name",    "NAME",  "what it is to be called", value, true},
    OptionRow{"--words", "WORDS", "the six words its screen shows; without it they are asked for"},
};
constexpr std::array kDevice = {
    OptionRow{"device", "DEVICE", "its name, or the start of its id", value, true},
};
constexpr std::array kDeviceRename = {
    OptionRow{"device", "DEVICE", "its name, or the start of its id", value, true},
    OptionRow{"name",   "NAME",   "what it is to be called", value, true},
};
constexpr std::array kDeviceRole = {
    OptionRow{"device", "DEVICE", "its name, or the start of its id", value, true},
    OptionRow{"role",   "ROLE",   "normal or read-only", value, true},
};
constexpr std::array kRecoveryCreate = {
    OptionRow{"--replace", "", "make the words there are void", flag},
};
constexpr std::array kRecoveryUse = {
    OptionRow{"hub",       "URL",  "the hub's address, as recovery create showed it", value, true},
    OptionRow{"--hub-key", "KEY",  "trust this key of a hub whose certificate nobody signed"},
    OptionRow{"--name",    "NAME", "call this device NAME; else by its host name"},
};
constexpr std::array kConflictList = {
    OptionRow{"--source", "NAME", "only conflicts of this source"},
};
constexpr std::array kConflictId = {
    OptionRow{"id", "ID", "id from conflict list", value, true},
};
constexpr std::array kApproveId = {
    OptionRow{"id", "ID", "id from approve list", value, true},
};
constexpr std::array kConflictDiff = {
    OptionRow{"id",     "ID",      "id from conflict list", value, true},
    OptionRow{"--from", "VERSION", "number or device of the version to begin with (1)"},
    OptionRow{"--to",   "VERSION", "number or device of the version to compare it with (2)"},
};
constexpr std::array kConflictResolve = {
    OptionRow{"id",      "ID",      "id from conflict list", value, true},
    OptionRow{"--take",  "VERSION", "number of a version, or the device that wrote it"},
    OptionRow{"--value", "VALUE",   "another value: text, or integer:N, real:X, null:, text:TEXT"},
    OptionRow{"--edit",  "",        "the version shown, changed in $VISUAL or $EDITOR", flag},
    OptionRow{"--both",  "",        "texts: all versions, one below the other", flag},
};
constexpr std::array kResolve = {
    OptionRow{"--clone",  "",     "clone repositories that are not here", flag},
    OptionRow{"--source", "NAME", "a database declared with --preset cc instead of the catalog"},
};
constexpr std::array kLink = {
    OptionRow{"project",  "PROJECT", "name of the project; without one, projects of trees are listed"},
    OptionRow{"path",     "PATH",    "where it is"},
    OptionRow{"--device", "NAME",    "on that device instead of this one"},
    OptionRow{"--source", "NAME",    "only in this tree, or database declared with --preset cc"},
};
constexpr std::array kWhy = {
    OptionRow{"item",     "ITEM", "path, table:key or sync id", value, true},
    OptionRow{"--source", "NAME", "look in this source only"},
};
constexpr std::array kUndo = {
    OptionRow{"item",     "ITEM", "only this item: its name in messages, or sync id"},
    OptionRow{"--cycle",  "N",    "what cycle N displaced; else the newest that displaced something"},
    OptionRow{"--since",  "TIME", "everything displaced since TIME"},
    OptionRow{"--source", "NAME", "only items of this source"},
    OptionRow{"--device", "NAME", "only what changes of this device displaced"},
    OptionRow{"--list",   "",     "show what was displaced, with the numbers of the cycles", flag},
};
constexpr std::array kBackupList = {
    OptionRow{"--source", "NAME",  "only copies of this source"},
    OptionRow{"--path",   "PATH",  "only copies of this file or database"},
    OptionRow{"--cycle",  "CYCLE", "only copies made together, as listed"},
};
constexpr std::array kBackupCreate = {
    OptionRow{"--source", "NAME", "only this source"},
};
constexpr std::array kBackupRestore = {
    OptionRow{"id",       "ID",    "of one copy, from backup list"},
    OptionRow{"--cycle",  "CYCLE", "all copies made together"},
    OptionRow{"--from",   "NAME",  "the same, also as its archive is called: NAME.zip"},
    OptionRow{"--last",   "",      "all copies of the newest cycle: what the last pull displaced", flag},
    OptionRow{"--source", "NAME",  "of a cycle: only this source"},
    OptionRow{"--to",     "FOLDER", "write there, over nothing, instead of putting it back"},
    OptionRow{"--force",   "",     "also over files that were written since their copy was made", flag},
    OptionRow{"--approve", "",     "with an ID: also other settings that can run code; look at them first with --to", flag},
};
constexpr std::array kBackupVerify = {
    OptionRow{"id", "ID", "of one copy; else all"},
};
constexpr std::array kSourceRestore = {
    OptionRow{"name",    "NAME",    "name of the source", value, true},
    OptionRow{"pattern", "PATTERN", "of paths below the source's folder; else all"},
    OptionRow{"--to",    "FOLDER",  "write there, over nothing; else deleted transcripts come back where they were"},
};
constexpr std::array kCompletion = {
    OptionRow{"shell", "SHELL", "bash, zsh or fish", value, true},
};
constexpr std::array kEvents = {
    OptionRow{"--kind",      "KIND", "only cycle, conflict, device, source, state, alarm or operation; may be repeated", list},
    OptionRow{"--since",     "TIME", "what happened since TIME"},
    OptionRow{"-n,--lines",  "N",    "what happened last: so many events (50)"},
    OptionRow{"-f,--follow", "",     "go on with what happens now; without --since and -n it always does", flag},
};

constexpr std::array kGroups = {
    GroupRow{"sync",     "Move changes between this device and the others", "sync"},
    GroupRow{"daemon",   "The process behind it all", "daemon status"},
    GroupRow{"source",   "What this device keeps in sync", "source list"},
    GroupRow{"device",   "The machines of the workspace", "device list"},
    GroupRow{"recovery", "Words on paper, for the day when all devices are lost", "recovery create"},
    GroupRow{"conflict", "Values that differ and wait for a decision", "conflict list"},
    GroupRow{"approve",  "Changes of other devices that can run code", "approve list"},
    GroupRow{"backup",   "Copies made before anything is overwritten", "backup list"},
    GroupRow{"hub",      "For whoever runs the hub", "hub status"},
};

constexpr std::array kCommands = {
    CommandRow{"",                 "Status in a few lines and the next step", "satchelctl"},
    CommandRow{"status",           "What the daemon is doing and how it is", "satchelctl status --watch", kStatus},
    CommandRow{"sync",             "What waits to be sent", "satchelctl sync"},
    CommandRow{"sync status",      "What waits to be sent", "satchelctl sync status"},
    CommandRow{"sync push",        "Stamp changes and send them", "satchelctl sync push --dry-run", kPush},
    CommandRow{"sync pull",        "Fetch changes of other devices and apply them", "satchelctl sync pull -v", kPull},
    CommandRow{"sync stamp",       "Capture and stamp changes without sending them", "satchelctl sync stamp"},
    CommandRow{"sync resolve",     "Find versions and project folders on this machine", "satchelctl sync resolve --dry-run", kResolve},
    CommandRow{"sync enable",      "Let cycles run by themselves", "satchelctl sync enable"},
    CommandRow{"sync disable",     "Stop automatic cycles", "satchelctl sync disable"},
    CommandRow{"sync connect",     "Talk to the hub again", "satchelctl sync connect"},
    CommandRow{"sync disconnect",  "End all talk with the hub; nothing is forgotten", "satchelctl sync disconnect"},
    CommandRow{"sync setup",       "Join a workspace with a join string, or move it to another hub", "satchelctl sync setup --join-file join.txt", kSetup},
    CommandRow{"sync register",    "Print a join string for another device", "satchelctl sync register --name laptop", kRegister},
    CommandRow{"sync server",      "Run a hub in the foreground", "satchelctl sync server --port 9100", kServer},
    CommandRow{"daemon start",     "Start the daemon if it does not run", "satchelctl daemon start"},
    CommandRow{"daemon stop",      "Stop it after the work in hand", "satchelctl daemon stop"},
    CommandRow{"daemon restart",   "Stop it and start it", "satchelctl daemon restart"},
    CommandRow{"daemon status",    "Process, socket, uptime, service; with -q only the exit status", "satchelctl daemon status -q"},
    CommandRow{"daemon logs",      "The same as logs", "satchelctl daemon logs -f", kLogs},
    CommandRow{"daemon reload",    "Read the configuration again", "satchelctl daemon reload"},
    CommandRow{"daemon log-level", "Let the log keep more or less, until the settings are read again", "satchelctl daemon log-level debug", kLogLevel},
    CommandRow{"daemon install",   "Let systemd or launchd start the daemon at login and watch it", "satchelctl daemon install -n"},
    CommandRow{"daemon uninstall", "Take that back; settings, keys and files stay", "satchelctl daemon uninstall"},
    CommandRow{"source add",       "Keep an assistant's folders, a directory or a database in sync", "satchelctl source add claude -n", kSourceAdd},
    CommandRow{"source list",      "List the sources", "satchelctl source list"},
    CommandRow{"source show",      "Tables, rules and held items of one source", "satchelctl source show notes", kSourceName},
    CommandRow{"source remove",    "Stop syncing a source; its data stays", "satchelctl source remove notes", kSourceName},
    CommandRow{"source resume",    "Let a halted source go on: what it would delete or send is right", "satchelctl source resume notes", kSourceResume},
    CommandRow{"source set",       "What to do with conflicts of a source, and which of its files stay here", "satchelctl source set notes --policy manual_abort", kSourceSet},
    CommandRow{"source restore",   "Write out archived files, or bring back transcripts that were deleted here only", "satchelctl source restore gemini --to ~/old", kSourceRestore},
    CommandRow{"backup list",      "List the copies", "satchelctl backup list --source claude", kBackupList},
    CommandRow{"backup create",    "Copy what the sources hold now", "satchelctl backup create", kBackupCreate},
    CommandRow{"backup restore",   "Put copies back, or write them into a folder", "satchelctl backup restore --last -n", kBackupRestore},
    CommandRow{"backup verify",    "Read every copy again and compare", "satchelctl backup verify", kBackupVerify},
    CommandRow{"device list",      "List the devices of the workspace", "satchelctl device list"},
    CommandRow{"device approve",   "Let in a device that waits, after comparing its six words", "satchelctl device approve laptop", kDeviceApprove},
    CommandRow{"device rename",    "Give a device another name", "satchelctl device rename laptop travel", kDeviceRename},
    CommandRow{"device revoke",    "End a device's membership: it gets nothing any more", "satchelctl device revoke laptop", kDevice},
    CommandRow{"device role",      "Let a device only read, or write again", "satchelctl device role tv read-only", kDeviceRole},
    CommandRow{"device rotate",    "Seal what is written from now on under a new key", "satchelctl device rotate"},
    CommandRow{"recovery create",  "Make 24 words that let a new device in when all others are lost", "satchelctl recovery create", kRecoveryCreate},
    CommandRow{"recovery use",     "Let this device in by the 24 words, asked for or from standard input", "satchelctl recovery use https://hub.example:9100", kRecoveryUse},
    CommandRow{"conflict list",    "List conflicts waiting for a decision", "satchelctl conflict list", kConflictList},
    CommandRow{"conflict show",    "Show every version of a conflict", "satchelctl conflict show k3f9", kConflictId},
    CommandRow{"conflict diff",    "Compare two versions of a conflict line by line", "satchelctl conflict diff k3f9", kConflictDiff},
    CommandRow{"conflict resolve", "Decide a conflict", "satchelctl conflict resolve k3f9 --take 2", kConflictResolve},
    CommandRow{"approve list",     "List changes that wait for your approval", "satchelctl approve list"},
    CommandRow{"approve show",     "Show what one of them would change", "satchelctl approve show 4f1c", kApproveId},
    CommandRow{"approve apply",    "Approve one, as it is now; \"apply\" may be left out", "satchelctl approve 4f1c", kApproveId},
    CommandRow{"link",             "Say where a project is on this machine", "satchelctl link atlas ~/code/atlas", kLink},
    CommandRow{"why",              "Which change made this value", "satchelctl why notes.md", kWhy},
    CommandRow{"undo",             "Put back what changes displaced", "satchelctl undo --since 2026-03-01 -n", kUndo},
    CommandRow{"plan",             "What the next cycle would do, item by item, and why", "satchelctl plan --json"},
    CommandRow{"doctor",           "Every check, with what is wrong and how to mend it", "satchelctl doctor"},
    CommandRow{"preflight",        "The same as doctor", "satchelctl preflight"},
    CommandRow{"verify",           "Read everything again and compare all copies, on every device", "satchelctl verify"},
    CommandRow{"logout",           "Leave the workspace; files and the list of sources stay", "satchelctl logout -n", kLogout},
    CommandRow{"events",           "Print what happened, or what happens while it happens", "satchelctl events --since 2026-03-01", kEvents},
    CommandRow{"logs",             "Print the daemon's log", "satchelctl logs -f -l warn", kLogs},
    CommandRow{"init-config",      "Write a commented configuration file", "satchelctl init-config"},
    CommandRow{"completion",       "Print what completes satchelctl's words in a shell", "satchelctl completion bash", kCompletion},
    CommandRow{"hub audit",        "Who did what at the hub on this machine", "satchelctl hub audit --verify", kHubAudit},
    CommandRow{"hub backup",       "Copy the hub's database while the hub serves", "satchelctl hub backup /mnt/backup --keep 14", kHubBackup},
    CommandRow{"hub devices",      "The devices that the hub knows, and what it stores of each", "satchelctl hub devices"},
    CommandRow{"hub init",         "Make a hub's database, and say what is next", "satchelctl hub init", kHubInit},
    CommandRow{"hub restore",      "Put a backup in the place of the hub's database; the hub must not run", "satchelctl hub restore /mnt/backup/satchel-hub-20260301T093000250Z", kHubRestore},
    CommandRow{"hub serve",        "Run a hub in the foreground", "satchelctl hub serve --port 9100", kServer},
    CommandRow{"hub status",       "What the hub on this machine holds and serves", "satchelctl hub status"},
};
// clang-format on

}  // namespace

std::span<const CommandRow> command_rows() {
    return kCommands;
}

std::span<const GroupRow> group_rows() {
    return kGroups;
}

std::span<const OptionRow> global_rows() {
    return kGlobal;
}

}  // namespace satchel::ctl
