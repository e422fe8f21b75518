// What every command is given: the arguments, a way to speak, and a way to the daemon.
#pragma once

#include "ctl/args/args.h"
#include "ctl/client/client.h"
#include "ctl/commands/program.h"
#include "ctl/render/output.h"
#include "ctl/render/progress_line.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/dirs.h"

#include <functional>
#include <istream>
#include <optional>
#include <string>

namespace satchel::ctl {

/// One run of satchelctl. Tests make their own.
struct Context {
    Invocation args{};
    Output& out;
    std::istream& in;
    const Clock& clock;
    platform::Environment environment{};
    platform::Dirs dirs{};
    std::string version{};
    /// A person can be asked.
    bool interactive = false;
    /// Doctor looks at the machine itself, too.
    bool has_machine = false;
    /// Starts the daemon; empty: never.
    std::function<Status()> start_daemon{};
    std::function<bool()> is_interrupted{};
    ServiceTools services{};
};

/// The exit status, or the error that decides it.
using Outcome = Result<int>;

/// Where the daemon of this device answers and how it is started.
DaemonPlace device_place(const Context& context);
/// The daemon of this device, started when need be.
Result<Client> connect(Context& context);
/// The daemon of `role` ("device" or "hub") if it runs.
Result<Client> connect_running(Context& context, std::string_view role);

/// The daemon of this device as it is: nothing is started, and when none runs the error says why
/// the last start failed, if it did.
Result<Client> connect_to_ask(Context& context);

/// A daemon that is there and says nothing is as good as none: the error in words that say so.
Error told_silence(const Error& error);

/// Calls the daemon, shows progress, prints the answer under --json; without --json the command
/// prints.
template <class Request>
Result<typename Request::Response> ask(Context& context,
                                       Client& client,
                                       const Request& request,
                                       milliseconds limit = kQuestionLimit) {
    ProgressLine line(context.out, context.clock);
    client.on_progress([&line](const control::Progress& progress) {
        line.show(progress.phase, progress.done, progress.total, progress.unit, progress.item);
    });
    auto response = client.call(request, limit);
    client.on_progress({});
    if (response) context.out.json(json::to_json(*response));
    return response;
}

/// The same over a connection of its own.
template <class Request>
Result<typename Request::Response> ask(Context& context,
                                       const Request& request,
                                       milliseconds limit = kQuestionLimit) {
    SATCHEL_TRY(client, connect(context));
    return ask(context, client, request, limit);
}

/// The number given with --lines, or `otherwise`.
Result<std::int64_t> lines_wanted(const Context& context, std::int64_t otherwise);

/// Asks the person. No answer, or no person to answer, means no; --yes and --dry-run mean yes.
bool is_confirmed(Context& context, const std::string& question);

/// ok() when the person says yes, or --json was given; else the error that says that nothing was
/// changed.
Status confirm(Context& context, const std::string& question);

/// "2026-03-01 10:30:00 +0100 (2 min ago)" of an optional time, or `absent`.
std::string when_exactly(const Context& context,
                         const std::optional<json::Time>& time,
                         std::string_view absent = "never");

/// "2 min ago" of an optional time, or `absent`.
std::string when(const Context& context,
                 const std::optional<json::Time>& time,
                 std::string_view absent = "never");

}  // namespace satchel::ctl
