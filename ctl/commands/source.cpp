// source add, list, show, remove.
#include "shared/protocol/control/source.h"

#include "ctl/commands/commands.h"
#include "ctl/commands/folder_plan.h"
#include "ctl/commands/source_plan.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <filesystem>
#include <string>
#include <vector>

namespace satchel::ctl {
namespace {

// "left=right", split at the last sign, since patterns may hold one.
Result<std::pair<std::string, std::string>> split_pair(std::string_view option,
                                                       const std::string& text) {
    const auto at = text.rfind('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
        return Error{
            ErrorCode::invalid_argument,
            "--" + std::string(option) + " needs NAME=VALUE, not '" + shown(text, 60) + "'"};
    return std::pair{text.substr(0, at), text.substr(at + 1)};
}

std::vector<std::string> split_commas(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] != ',') continue;
        if (i > start) parts.push_back(text.substr(start, i - start));
        start = i + 1;
    }
    return parts;
}

Result<control::SourceAddRequest> request_of(const Context& context) {
    const auto& args = context.args;
    control::SourceAddRequest request;
    std::error_code failure;
    const auto path = std::filesystem::absolute(args.text("path"), failure).lexically_normal();
    if (failure || args.text("path").empty())
        return Error{ErrorCode::invalid_argument, "the path of a source must not be empty"};
    request.path = path.has_filename() ? path.string() : path.parent_path().string();
    request.name = args.text("name");
    if (args.has("kind")) request.kind = args.text("kind");
    if (args.has("capture")) request.capture = args.text("capture");
    if (args.has("writes")) request.writes = args.text("writes");
    if (args.has("secrets")) request.secrets = args.text("secrets");
    request.profile = args.text("profile");
    request.preset = args.text("preset");
    request.tables = args.list("table");
    for (const auto& text : args.list("tables"))
        for (std::string& name : split_commas(text)) request.tables.push_back(std::move(name));
    for (const auto& text : args.list("identity")) {
        SATCHEL_TRY(pair, split_pair("identity", text));
        request.identities.push_back({pair.first, pair.second});
    }
    for (const auto& text : args.list("policy")) {
        if (text.find('=') == std::string::npos) {
            request.policy = text;
            continue;
        }
        SATCHEL_TRY(pair, split_pair("policy", text));
        request.policies.push_back({pair.first, pair.second});
    }
    for (const auto& text : args.list("rule")) {
        SATCHEL_TRY(pair, split_pair("rule", text));
        request.rules.push_back({pair.first, pair.second});
    }
    request.dry_run = args.dry_run;
    return request;
}

std::string source_line(const control::SourceSummary& source) {
    return "'" + shown(source.name, 40) + "': " + shown(source.kind) + " in " + shown(source.path) +
           ", " + count_words(source.items, "item");
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

namespace {

// Tells what adding a database would mean and asks. Where nobody can answer it goes on, as scripts
// expect.
Result<bool> is_agreed(Context& context, control::SourceAddRequest request) {
    const bool can_ask =
        context.interactive && !context.out.options().json && !context.args.yes && !request.dry_run;
    if (!can_ask) return true;
    request.dry_run = true;
    SATCHEL_TRY(client, connect(context));
    SATCHEL_TRY(found, ask(context, client, request, kWorkLimit));
    if (found.folder) {
        context.out.text(folder_text(*found.folder, found.source.path));
        if (!context.out.flush()) return false;
        return is_confirmed(context, "keep this folder in sync?");
    }
    if (!found.plan) return true;
    context.out.text(plan_text(*found.plan, found.source.path));
    if (!context.out.flush()) return false;
    const auto tables = static_cast<std::int64_t>(found.plan->tables.size());
    return is_confirmed(context,
                        tables == 1 ? "keep this table in sync?"
                                    : "keep these " + count_words(tables, "table") + " in sync?");
}

}  // namespace

Outcome run_source_add(Context& context) {
    SATCHEL_TRY(assistant, add_assistant(context));
    if (assistant) return *assistant;
    SATCHEL_TRY(request, request_of(context));
    SATCHEL_TRY(agreed, is_agreed(context, request));
    if (!agreed)
        return Error{ErrorCode::invalid_argument,
                     "nothing was added",
                     "answer y, or give --yes to add without asking"};
    SATCHEL_TRY(added, ask(context, request, kWorkLimit));
    if (added.dry_run && added.plan)
        context.out.text(plan_text(*added.plan, added.source.path) + "\n");
    if (added.dry_run && added.folder)
        context.out.text(folder_text(*added.folder, added.source.path) + "\n");
    context.out.text((added.dry_run ? "Would add " : "Added ") + source_line(added.source) + "\n");
    for (const auto& note : added.notes) context.out.talk(shown(note));
    return 0;
}

Outcome run_source_list(Context& context) {
    SATCHEL_TRY(list, ask(context, control::SourceListRequest{}));
    Table table({"source", "kind", "state", "items", "pending", "path"});
    for (const auto& source : list.sources)
        table.add({shown(source.name, 40),
                   shown(source.kind),
                   shown(source.state),
                   std::to_string(source.items),
                   std::to_string(source.pending),
                   shown(source.path)});
    context.out.text(list.sources.empty() ? "No sources: satchelctl source add PATH\n"
                                          : table.text());
    return 0;
}

Outcome run_source_show(Context& context) {
    control::SourceShowRequest request;
    request.name = context.args.text("name");
    SATCHEL_TRY(detail, ask(context, request));
    const auto& source = detail.source;
    std::string text = source_line(source) + "\nstate: " + shown(source.state);
    if (!source.reason.empty()) text += " (" + shown(source.reason) + ")";
    text += "\npending: " + std::to_string(source.pending) + "\n";
    if (detail.backlog > 0) text += "not captured yet: " + std::to_string(detail.backlog) + "\n";
    if (!detail.fingerprint.empty()) text += "schema: " + shown(detail.fingerprint) + "\n";
    if (!detail.profile.empty()) text += "profile: " + shown(detail.profile) + "\n";
    if (!detail.gate.empty())
        text += shown(detail.program, 40) + ": " + shown(detail.gate) +
                (detail.gate == "stopped" ? "\n" : "; its settings wait to be written\n");
    if (!detail.secrets.empty()) text += "secrets: " + shown(detail.secrets) + "\n";
    if (source.secrets_masked > 0)
        text += "secrets masked: " + std::to_string(source.secrets_masked) + "\n";
    if (source.secrets_held > 0)
        text += "files held back for secrets: " + std::to_string(source.secrets_held) + "\n";
    if (!detail.policy.empty()) text += "conflicts: " + shown(detail.policy) + "\n";
    if (!detail.tables.empty()) {
        Table table(
            {"table", "identity", "key", "capture", "rows", "pending", "held", "conflicts"});
        for (const auto& one : detail.tables)
            table.add({shown(one.name, 40),
                       shown(one.identity),
                       shown(joined(one.key), 40),
                       shown(one.capture),
                       std::to_string(one.rows),
                       std::to_string(one.pending),
                       std::to_string(one.parked),
                       shown(one.policy)});
        text += "\n" + table.text();
    }
    if (!detail.rules.empty()) {
        Table table({"pattern", "class"});
        for (const auto& rule : detail.rules)
            table.add({shown(rule.pattern, 60), shown(rule.file_class)});
        text += "\n" + table.text();
    }
    if (!detail.held.empty()) {
        Table table({"held", "why"});
        for (const auto& held : detail.held) table.add({shown(held.item, 60), shown(held.reason)});
        text += "\n" + table.text();
    }
    for (const std::string& one : detail.left_out) text += "\nleft out: " + shown(one);
    if (!detail.left_out.empty()) text += "\n";
    context.out.text(text);
    return 0;
}

Outcome run_source_remove(Context& context) {
    control::SourceRemoveRequest request;
    request.name = context.args.text("name");
    request.dry_run = context.args.dry_run;
    if (!is_confirmed(context, "stop syncing '" + shown(request.name, 40) + "'?"))
        return Error{ErrorCode::invalid_argument,
                     "nothing was removed",
                     "answer y, or give --yes to remove without asking"};
    SATCHEL_TRY(removed, ask(context, request, kWorkLimit));
    context.out.text((removed.dry_run ? "Would stop" : "Stopped") + std::string(" syncing '") +
                     shown(removed.name, 40) + "'; " + count_words(removed.items_kept, "item") +
                     " stay where they are\n");
    return 0;
}

Outcome run_source_resume(Context& context) {
    control::SourceResumeRequest request;
    request.name = context.args.text("name");
    const bool restores = context.args.has("restore");
    if (restores && context.args.has("publish"))
        return Error{ErrorCode::invalid_argument, "--publish and --restore exclude each other"};
    if (restores) request.choice = "restore";
    if (context.args.has("publish")) request.choice = "publish";
    const std::string name = "'" + shown(request.name, 40) + "'";
    if (!is_confirmed(context,
                      restores ? "write back to " + name + " what the workspace has?"
                               : "let " + name + " delete or send what it stopped before?"))
        return Error{ErrorCode::invalid_argument,
                     "the source stays halted",
                     "answer y, or give --yes to go on without asking"};
    SATCHEL_TRY(resumed, ask(context, request, kWorkLimit));
    context.out.text("'" + shown(resumed.name, 40) +
                     (resumed.was_halted ? "' goes on\n" : "' was not halted\n"));
    return 0;
}

}  // namespace satchel::ctl
