// backup list, create, restore, verify, and source restore.
#include "shared/protocol/control/backup.h"

#include "ctl/commands/commands.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"
#include "shared/base/time_text.h"

#include <filesystem>
#include <string>

namespace satchel::ctl {
namespace {

constexpr std::size_t kListed = 20;

Result<std::string> absolute_folder(const std::string& text) {
    if (text.empty()) return text;
    std::error_code error;
    const auto path = std::filesystem::absolute(text, error).lexically_normal();
    if (error) return Error{ErrorCode::invalid_argument, "--to needs the path of a folder"};
    return path.string();
}

void tell(Context& context, const std::vector<control::BackupSkipped>& skipped) {
    for (const auto& one : skipped)
        context.out.talk(shown(one.item, 120) + ": " + shown(one.reason));
}

std::string restored_text(const control::RestoreResponse& restored) {
    std::string text;
    for (const std::string& path : restored.written)
        if (&path - restored.written.data() < static_cast<std::ptrdiff_t>(kListed))
            text += "  " + shown(path) + "\n";
    if (restored.count > static_cast<std::int64_t>(kListed))
        text += "  ... and " + std::to_string(restored.count - static_cast<std::int64_t>(kListed)) +
                " more\n";
    return text + (restored.dry_run ? "Would write " : "Wrote ") +
           count_words(restored.count, "file") + "\n";
}

}  // namespace

Outcome run_backup_list(Context& context) {
    control::BackupListRequest request;
    request.source = context.args.text("source");
    request.path = context.args.text("path");
    request.cycle = context.args.text("cycle");
    SATCHEL_TRY(list, ask(context, request));
    Table table({"id", "time", "cycle", "format", "source", "size", "path"});
    for (const auto& copy : list.copies)
        table.add({shown(copy.id),
                   to_rfc3339(copy.time.ms),
                   shown(copy.cycle, 20),
                   shown(copy.format, 10),
                   shown(copy.source, 40),
                   size_words(copy.size_bytes),
                   shown(copy.path)});
    context.out.text(list.copies.empty() ? "No copies yet: nothing was overwritten\n"
                                         : table.text());
    const auto told = static_cast<std::int64_t>(list.copies.size());
    if (list.total > told)
        context.out.talk(std::to_string(list.total - told) + " older copies are not shown");
    tell(context, list.refused);
    return 0;
}

Outcome run_backup_create(Context& context) {
    control::BackupCreateRequest request;
    request.source = context.args.text("source");
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(made, ask(context, request, kWorkLimit));
    context.out.text((request.dry_run ? "Would copy " : "Copied ") +
                     count_words(made.copies, "file") + ", " + size_words(made.bytes) +
                     (made.cycle.empty() ? "" : ", cycle " + shown(made.cycle, 20)) + "\n");
    tell(context, made.skipped);
    return 0;
}

Outcome run_backup_restore(Context& context) {
    control::BackupRestoreRequest request;
    request.id = context.args.text("id");
    request.cycle = context.args.text(context.args.has("from") ? "from" : "cycle");
    if (context.args.has("last")) request.cycle = "last";
    request.source = context.args.text("source");
    SATCHEL_TRY(to, absolute_folder(context.args.text("to")));
    request.to = to;
    request.force = context.args.has("force");
    request.approve = context.args.has("approve");
    if (request.id.empty() == request.cycle.empty())
        return Error{ErrorCode::invalid_argument,
                     "give the id of one copy, --cycle CYCLE or --last",
                     "satchelctl backup list shows them"};
    SATCHEL_TRY(client, connect(context));
    const bool asks = !context.args.dry_run && !context.args.yes && !context.out.options().json &&
                      request.to.empty();
    request.dry_run = context.args.dry_run;
    if (asks) {
        request.dry_run = true;
        SATCHEL_TRY(plan, client.call(request, kWorkLimit));
        context.out.text(restored_text(plan));
        tell(context, plan.skipped);
        const std::string question =
            "put back " + count_words(plan.count, "file") + "? what is there is copied first";
        if (plan.count > 0 && !is_confirmed(context, question))
            return Error{ErrorCode::invalid_argument,
                         "nothing was put back",
                         "answer y, or give --yes to go on without asking"};
        request.dry_run = false;
    }
    SATCHEL_TRY(restored, ask(context, client, request, kWorkLimit));
    context.out.text(restored_text(restored));
    tell(context, restored.skipped);
    return restored.skipped.empty() ? 0 : 1;
}

Outcome run_backup_verify(Context& context) {
    control::BackupVerifyRequest request;
    request.id = context.args.text("id");
    SATCHEL_TRY(verified, ask(context, request, kWorkLimit));
    const auto bad = static_cast<std::int64_t>(verified.bad.size());
    context.out.text(std::to_string(verified.good) + " good, " + std::to_string(bad) +
                     " damaged or gone\n");
    tell(context, verified.bad);
    return bad == 0 ? 0 : 1;
}

Outcome run_source_restore(Context& context) {
    control::SourceRestoreRequest request;
    request.name = context.args.text("name");
    request.pattern = context.args.text("pattern");
    if (context.args.has("to")) {
        SATCHEL_TRY(to, absolute_folder(context.args.text("to")));
        request.to = to;
    }
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(restored, ask(context, request, kWorkLimit));
    context.out.text(restored_text(restored));
    if (request.to.empty() && restored.count > 0 && !request.dry_run)
        context.out.talk("written once their lines are fetched; satchelctl sync pull does it now");
    tell(context, restored.skipped);
    return restored.skipped.empty() ? 0 : 1;
}

}  // namespace satchel::ctl
