// daemon install and uninstall: a service of the person's own that starts the daemon and watches
// it.
#include "ctl/commands/commands.h"
#include "ctl/commands/service.h"
#include "ctl/commands/stop_daemon.h"
#include "ctl/render/words.h"
#include "shared/platform/spawn.h"

#include <string>

namespace satchel::ctl {
namespace {

Error no_manager() {
    return {ErrorCode::offline,
            "no service manager of this user answers: neither systemd (after a login, not after su "
            "or cron) nor launchd",
            "let what starts your session call satchelctl daemon start, for example in ~/.profile, "
            "or let a supervisor run satcheld run"};
}

void show(Context& context, const std::vector<ServiceStep>& steps, bool is_rehearsal) {
    json::Array done;
    std::string text;
    for (const ServiceStep& step : steps) {
        done.emplace_back(step.words());
        text += (is_rehearsal ? "would " : "") +
                std::string(step.command.empty() || !is_rehearsal ? "" : "run ") + step.words() +
                "\n";
    }
    json::Object answer;
    answer["dry_run"] = is_rehearsal;
    answer["steps"] = std::move(done);
    context.out.json(json::Value(answer));
    context.out.text(text);
}

// A file of that name that somebody else wrote is not replaced.
Status check_replaceable(const std::vector<ServiceStep>& steps) {
    for (const ServiceStep& step : steps) {
        std::error_code failure;
        if (!step.content || !std::filesystem::exists(step.file, failure) || is_ours(step.file))
            continue;
        return Error{
            ErrorCode::already_exists,
            "'" + step.file.string() +
                "' is there and was not written by satchelctl; nothing was changed",
            "move it away, or put your changes into a drop-in: systemctl --user edit satcheld"};
    }
    return ok();
}

void advise(Context& context, const ServiceState& state) {
    if (state.lingers == false)
        context.out.talk("it ends when you log out; to keep it running: loginctl enable-linger");
    context.out.talk("how it is: satchelctl daemon status");
}

}  // namespace

Outcome run_daemon_install(Context& context) {
    SATCHEL_TRY(state, ask_service(context, false));
    if (!state) return no_manager();
    const auto program = platform::find_program(context.environment, "satcheld");
    if (!program)
        return Error{ErrorCode::not_found,
                     "no satcheld is beside this program or on PATH",
                     "install satcheld"};
    const auto steps = install_steps(context, *state, *program);
    if (auto free = check_replaceable(steps); !free) return free.error();
    if (context.args.dry_run) {
        show(context, steps, true);
        return 0;
    }
    // One that was started by hand would hold the lock; a listening manager has its own.
    if (!state->listens && state->active != "active") {
        SATCHEL_TRY(stopped, stop_daemon(context));
        if (stopped) context.out.talk("stopped the daemon that ran without a service");
    }
    if (auto done = carry_out(context, steps); !done)
        return Error{
            done.error().code,
            "install the service: " + done.error().message,
            "see why with journalctl --user -u satcheld; satchelctl daemon uninstall takes "
            "back what was done"};
    show(context, steps, false);
    advise(context, *state);
    return 0;
}

Outcome run_daemon_uninstall(Context& context) {
    SATCHEL_TRY(state, ask_service(context, false));
    if (!state) return no_manager();
    if (state->file.empty())
        return Error{ErrorCode::not_found, "the daemon is not installed as a service"};
    const auto steps = uninstall_steps(context, *state);
    if (context.args.dry_run) {
        show(context, steps, true);
        return 0;
    }
    if (auto done = carry_out(context, steps); !done) return done.error();
    show(context, steps, false);
    context.out.talk("settings, keys and everything that is synced stay as they are");
    return 0;
}

}  // namespace satchel::ctl
