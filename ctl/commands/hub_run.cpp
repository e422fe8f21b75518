// hub init, serve, backup, restore: what is done by satcheld itself, or asked of the hub that runs.
#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/platform/spawn.h"
#include "shared/protocol/control/hub.h"

#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

namespace satchel::ctl {
namespace {

Result<std::vector<std::string>> satcheld(const Context& context, const std::string& role) {
    const auto program = platform::find_program(context.environment, "satcheld");
    if (!program)
        return Error{ErrorCode::not_found,
                     "no satcheld is beside this program or on PATH",
                     "install satcheld"};
    return std::vector<std::string>{program->string(), role};
}

/// Hands an option over, when it was given.
void pass_on(const Context& context, const char* option, std::vector<std::string>& arguments) {
    if (!context.args.has(option)) return;
    arguments.push_back("--" + std::string(option));
    arguments.push_back(context.args.text(option));
}

Outcome become(Context& context, std::vector<std::string> arguments) {
    if (context.out.options().json) arguments.emplace_back("--json");
    if (!context.out.flush()) return 1;
    return platform::replace_process(arguments);
}

Result<std::string> whole_path(const std::string& text) {
    if (text.empty()) return text;
    std::error_code failed;
    const auto path = std::filesystem::absolute(text, failed).lexically_normal();
    if (failed) return Error{ErrorCode::invalid_argument, "'" + text + "' is no path"};
    return path.string();
}

Result<std::int64_t> keep_wanted(const Context& context) {
    constexpr std::int64_t kMost = 10'000;
    if (!context.args.has("keep")) return 0;
    const std::string text = context.args.text("keep");
    std::int64_t keep = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), keep);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (is_number && keep >= 1 && keep <= kMost) return keep;
    return Error{ErrorCode::invalid_argument,
                 "--keep must be a number from 1 to 10000, not '" + shown(text, 40) + "'"};
}

bool is_absent(const Error& error) {
    return error.code == ErrorCode::offline || error.code == ErrorCode::not_found ||
           error.code == ErrorCode::not_enrolled;
}

}  // namespace

Outcome run_hub_serve(Context& context) {
    SATCHEL_TRY(arguments, satcheld(context, "hub"));
    for (const char* option : {"port",
                               "bind",
                               "tls-cert",
                               "tls-key",
                               "url",
                               "data-dir",
                               "trusted-proxy",
                               "metrics-bind"})
        pass_on(context, option, arguments);
    if (context.args.has("log-requests")) arguments.emplace_back("--log-requests");
    if (!context.out.flush()) return 1;
    return platform::replace_process(arguments);
}

Outcome run_hub_init(Context& context) {
    SATCHEL_TRY(arguments, satcheld(context, "hub-init"));
    pass_on(context, "data-dir", arguments);
    return become(context, std::move(arguments));
}

Outcome run_hub_backup(Context& context) {
    SATCHEL_TRY(to, whole_path(context.args.text("folder")));
    SATCHEL_TRY(keep, keep_wanted(context));
    auto hub = connect_running(context, "hub");
    if (!hub && !is_absent(hub.error())) return hub.error();
    const bool is_running = hub && !context.args.has("data-dir");
    if (!is_running) {
        SATCHEL_TRY(arguments, satcheld(context, "hub-backup"));
        if (!to.empty()) arguments.insert(arguments.end(), {"--folder", to});
        pass_on(context, "keep", arguments);
        pass_on(context, "data-dir", arguments);
        if (context.args.dry_run) arguments.emplace_back("--dry-run");
        return become(context, std::move(arguments));
    }
    control::HubBackupRequest request;
    request.to = to;
    request.keep = keep;
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(done, ask(context, *hub, request, kWorkLimit));
    if (done.dry_run) {
        context.out.text("Would write about " + size_words(done.bytes) + " to " + shown(done.path) +
                         "\n");
        return 0;
    }
    context.out.text("Wrote " + shown(done.path) + ": " + count_words(done.devices, "device") +
                     ", " + count_words(done.objects, "object") + ", " + size_words(done.bytes) +
                     "\n");
    if (done.removed > 0) context.out.talk("removed " + count_words(done.removed, "older backup"));
    return 0;
}

Outcome run_hub_restore(Context& context) {
    SATCHEL_TRY(from, whole_path(context.args.text("backup")));
    SATCHEL_TRY(arguments, satcheld(context, "hub-restore"));
    arguments.insert(arguments.end(), {"--folder", from});
    pass_on(context, "data-dir", arguments);
    const bool is_asked = !context.args.dry_run && !context.args.yes;
    if (context.args.yes && !context.args.dry_run) arguments.emplace_back("--yes");
    if (context.args.dry_run) arguments.emplace_back("--dry-run");
    // Without a person to ask, satcheld says what is missing.
    if (!is_asked || !context.interactive || context.out.options().json)
        return become(context, std::move(arguments));
    std::vector<std::string> rehearsal = arguments;
    rehearsal.emplace_back("--dry-run");
    if (!context.out.flush()) return 1;
    SATCHEL_TRY(status, platform::run_attached(rehearsal));
    if (status != 0) return status;
    if (auto asked = confirm(context, "replace what the hub holds now?"); !asked)
        return std::move(asked).error();
    arguments.emplace_back("--yes");
    return become(context, std::move(arguments));
}

}  // namespace satchel::ctl
