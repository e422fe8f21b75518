// sync push, pull, stamp, enable, disable, connect, disconnect.
#include "ctl/commands/commands.h"
#include "ctl/commands/plan.h"
#include "ctl/render/words.h"
#include "shared/platform/folder_watch.h"
#include "shared/platform/spawn.h"
#include "shared/protocol/control/cycle.h"
#include "shared/protocol/control/status.h"

#include <string>
#include <vector>

namespace satchel::ctl {
namespace {

std::string pushed_words(const control::CycleResponse& cycle) {
    if (cycle.pushed_items == 0) return "Nothing to push\n";
    return std::string(cycle.dry_run ? "Would push " : "Pushed ") +
           count_words(cycle.pushed_items, "item") + " (" + size_words(cycle.pushed_bytes) + ")\n";
}

std::string pulled_words(const control::CycleResponse& cycle) {
    if (cycle.pulled_items == 0) return "Nothing new from the hub\n";
    return std::string(cycle.dry_run ? "Would pull " : "Pulled ") +
           count_words(cycle.pulled_items, "item") + " (" + size_words(cycle.pulled_bytes) + "), " +
           std::to_string(cycle.applied_items) + " applied\n";
}

/// What each source that waits for a program waits for.
std::vector<std::string> name_waiting(Client& client) {
    std::vector<std::string> names;
    const auto status = client.call(control::StatusRequest{});
    if (!status) return names;
    for (const auto& source : status->sources)
        if (source.deferred > 0)
            names.push_back(shown(source.name, 40) + ": " + shown(source.waiting, 300));
    return names;
}

void tell_deferred(Context& context, const control::CycleResponse& cycle) {
    if (context.out.options().json || context.out.options().quiet) return;
    context.out.talk(count_words(cycle.deferred, "item") +
                     " not written yet; the daemon writes them as soon as it can");
    if (auto client = connect_to_ask(context))
        for (const std::string& name : name_waiting(*client)) context.out.talk(name);
}

/// Whether the person wants to wait here until programs have let go.
bool is_waited_for(Context& context, Client& client) {
    if (context.args.has("wait")) return true;
    if (!context.interactive || context.args.yes || context.out.options().json) return false;
    for (const std::string& name : name_waiting(client)) context.out.talk(name);
    return is_confirmed(context, "wait until that has ended?");
}

/// Runs the cycle, again and again while items wait for a program and the person waits, too.
Result<control::CycleResponse> pull_until_written(Context& context,
                                                  const control::CycleRunRequest& request) {
    /// A program counts as away when it was missing for two seconds.
    constexpr milliseconds kBetween = seconds(2);
    SATCHEL_TRY(client, connect(context));
    SATCHEL_TRY(cycle, client.call(request, kWorkLimit));
    const bool is_deferred = request.pull && !request.dry_run && cycle.deferred > 0;
    const bool waits = is_deferred && is_waited_for(context, client);
    platform::FolderWatch pause(context.dirs.socket("device").parent_path());
    while (waits && cycle.deferred > 0) {
        pause.wait(kBetween);
        if (context.is_interrupted && context.is_interrupted())
            return Error{ErrorCode::interrupted, "stopped waiting; the daemon goes on with it"};
        SATCHEL_TRY(again, client.call(request, kWorkLimit));
        again.conflicts += cycle.conflicts;
        again.pulled_items += cycle.pulled_items;
        again.pulled_bytes += cycle.pulled_bytes;
        again.applied_items += cycle.applied_items;
        cycle = std::move(again);
    }
    context.out.json(json::to_json(cycle));
    return cycle;
}

// A conflict is worth an exit status of its own: a script must not think all is settled.
Outcome run_cycle(Context& context, bool push) {
    control::CycleRunRequest request;
    request.push = push;
    request.pull = !push;
    request.dry_run = context.args.dry_run;
    request.verbose = context.args.verbose;
    if (context.args.has("since")) request.since = context.args.text("since");
    if (context.args.has("since") && request.since.empty())
        return Error{ErrorCode::invalid_argument,
                     "--since needs a time",
                     "give a date or a time, such as 2026-03-01 or 2026-03-01T09:30:00Z"};
    request.project = context.args.text("project");
    if (context.args.has("project") && request.project.empty())
        return Error{ErrorCode::invalid_argument, "--project needs the name of a project"};
    SATCHEL_TRY(cycle, pull_until_written(context, request));
    if (cycle.plan) {
        context.out.text(plan_text(*cycle.plan));
        return 0;
    }
    std::string text;
    for (const auto& line : cycle.lines) text += "  " + shown(line) + "\n";
    text += push ? pushed_words(cycle) : pulled_words(cycle);
    if (!request.since.empty())
        text += count_words(cycle.newer_items, "item") + " of other devices newer than " +
                shown(request.since, 40) + "\n";
    context.out.text(text);
    if (cycle.deferred > 0) tell_deferred(context, cycle);
    if (cycle.parked > 0)
        context.out.talk(count_words(cycle.parked, "item") + " held back; see satchelctl status");
    if (context.args.verbose)
        context.out.talk(count_words(cycle.requests, "request") + ", " +
                         size_words(cycle.wire_bytes) + " on the wire, " +
                         duration_words(cycle.duration_ms));
    const bool is_withheld = !push && cycle.withheld > 0;
    if (cycle.conflicts == 0 && !is_withheld)
        return !push && cycle.deferred > 0 ? error_row(ErrorCode::assistant_running).exit_status
                                           : 0;
    if (cycle.conflicts > 0)
        context.out.talk(count_words(cycle.conflicts, "new conflict") +
                         "; see satchelctl conflict list");
    if (is_withheld)
        context.out.talk(count_words(cycle.withheld, "item") +
                         " not shown until you decide; see satchelctl conflict list");
    return error_row(ErrorCode::conflict).exit_status;
}

}  // namespace

Outcome run_sync_push(Context& context) {
    return run_cycle(context, true);
}

Outcome run_sync_pull(Context& context) {
    return run_cycle(context, false);
}

Outcome run_sync_stamp(Context& context) {
    control::CycleStampRequest request;
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(stamp, ask(context, request, kWorkLimit));
    std::string text;
    if (context.args.verbose)
        for (const auto& source : stamp.sources)
            text += "  " + shown(source.name, 40) + ": " + std::to_string(source.stamped) + "\n";
    text += (stamp.dry_run ? "Would stamp " : "Stamped ") + count_words(stamp.stamped, "change");
    context.out.text(text + "\n");
    return 0;
}

Outcome run_sync_enable(Context& context) {
    SATCHEL_TRY(done, ask(context, control::SyncEnableRequest{}));
    context.out.text(done.changed ? "Automatic cycles are on\n" : "Automatic cycles were on\n");
    return 0;
}

Outcome run_sync_disable(Context& context) {
    SATCHEL_TRY(done, ask(context, control::SyncDisableRequest{}));
    context.out.text(done.changed ? "Automatic cycles are off\n" : "Automatic cycles were off\n");
    return 0;
}

Outcome run_sync_connect(Context& context) {
    SATCHEL_TRY(done, ask(context, control::SyncConnectRequest{}, kWorkLimit));
    context.out.text(done.changed ? "Connected to the hub again\n" : "It was connected\n");
    return 0;
}

Outcome run_sync_disconnect(Context& context) {
    SATCHEL_TRY(done, ask(context, control::SyncDisconnectRequest{}, kWorkLimit));
    context.out.text(done.changed ? "Disconnected from the hub\n" : "It was disconnected\n");
    context.out.talk("changes are still noted here, and sent after: satchelctl sync connect");
    return 0;
}

}  // namespace satchel::ctl
