// Ways to the daemon.
#include "ctl/commands/context.h"

#include "ctl/commands/service.h"
#include "ctl/render/words.h"
#include "shared/protocol/control/failure.h"

#include <fstream>
#include <string>

namespace satchel::ctl {
namespace {

/// More than a message and a hint of a daemon need.
constexpr std::size_t kFailureBytesMax = 16'384;

Result<Client> open(Context& context, Result<platform::LocalStream> stream) {
    if (!stream) return std::move(stream).error();
    stream->set_interrupted(context.is_interrupted);
    return Client::open(std::move(*stream), context.version);
}

}  // namespace

DaemonPlace device_place(const Context& context) {
    DaemonPlace place;
    place.socket = context.dirs.socket("device");
    place.start_lock = context.dirs.state / "start.lock";
    if (!context.start_daemon) return place;
    place.start = [&context]() -> Status {
        // A service that is known is started by its manager, which then also watches it.
        const auto service = ask_service(context, false);
        const bool is_known = service && *service && !(*service)->file.empty();
        if (!is_known) return context.start_daemon();
        return carry_out(context, verb_steps(context, **service, "start"));
    };
    return place;
}

Result<Client> connect(Context& context) {
    return open(context, connect_to_daemon(device_place(context)));
}

Result<Client> connect_running(Context& context, std::string_view role) {
    auto stream = connect_to_running(context.dirs.socket(role));
    if (!stream && context.dirs.runtime != context.dirs.state) {
        // Started outside of a session, a system service above all, it has no runtime directory.
        platform::Dirs outside = context.dirs;
        outside.runtime = outside.state;
        auto other = connect_to_running(outside.socket(role));
        if (other) stream = std::move(other);
    }
    return open(context, std::move(stream));
}

Result<Client> connect_to_ask(Context& context) {
    auto client = connect_running(context, "device");
    if (client) return client;
    const ErrorCode code = client.error().code;
    if (code != ErrorCode::offline && code != ErrorCode::not_found) return client;
    const Error absent{
        ErrorCode::offline, "the daemon does not run", "start it with: satchelctl daemon start"};
    std::ifstream file(context.dirs.state / control::kStartFailureFile);
    std::string text(kFailureBytesMax, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    auto value = json::parse(text);
    if (!value) return absent;
    auto failure = json::from_json<control::StartFailure>(*value);
    if (!failure) return absent;
    return Error{error_code_named(failure->code),
                 "the daemon does not run; at " + local_words(failure->time.ms) +
                     " it could not start: " + failure->message,
                 failure->hint.empty() ? absent.hint : failure->hint};
}

Error told_silence(const Error& error) {
    if (error.code != ErrorCode::busy) return error;
    return {ErrorCode::offline,
            "the daemon runs and does not answer: it is stopped or stuck",
            "satchelctl daemon logs tells what it did last; then satchelctl daemon restart"};
}

Result<std::int64_t> lines_wanted(const Context& context, std::int64_t otherwise) {
    if (!context.args.has("lines")) return otherwise;
    const std::string text = context.args.text("lines");
    const bool digits = !text.empty() && text.size() < 7 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits)
        return Error{ErrorCode::invalid_argument,
                     "--lines must be a number from 0 to 999999, not '" + shown(text, 40) + "'"};
    return std::stoll(text);
}

bool is_confirmed(Context& context, const std::string& question) {
    if (context.args.yes || context.args.dry_run) return true;
    if (!context.interactive || context.out.options().json) return false;
    context.out.talk_stream() << "satchelctl: " << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(context.in, answer);
    return answer == "y" || answer == "yes";
}

Status confirm(Context& context, const std::string& question) {
    if (context.args.yes || context.out.options().json || is_confirmed(context, question))
        return ok();
    return Error{ErrorCode::invalid_argument,
                 "nothing was changed",
                 "answer y, or give --yes to go on without asking"};
}

std::string when_exactly(const Context& context,
                         const std::optional<json::Time>& time,
                         std::string_view absent) {
    if (!time) return std::string(absent);
    return local_words(time->ms) + " (" + relative_words(time->ms, context.clock.now_ms()) + ")";
}

std::string when(const Context& context,
                 const std::optional<json::Time>& time,
                 std::string_view absent) {
    return time ? relative_words(time->ms, context.clock.now_ms()) : std::string(absent);
}

}  // namespace satchel::ctl
