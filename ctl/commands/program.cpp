// Arguments to command to exit status. The one place where errors become words and numbers.
#include "ctl/commands/program.h"

#include "ctl/args/args.h"
#include "ctl/commands/commands.h"

#include <algorithm>
#include <exception>

namespace satchel::ctl {
namespace {

OutputOptions output_options(const Process& process, const Invocation& args) {
    const auto terminal = process.environment("TERM").value_or("");
    const bool plain = args.no_color || process.environment("NO_COLOR").has_value() ||
                       process.environment("CLICOLOR") == "0" || terminal.empty() ||
                       terminal == "dumb";
    OutputOptions options;
    options.json = args.json;
    options.quiet = args.quiet;
    options.redraw = process.out_is_terminal && !terminal.empty() && terminal != "dumb" &&
                     !args.json && !args.quiet;
    options.color = process.out_is_terminal && !plain;
    options.progress = process.err_is_terminal && terminal != "dumb" && !terminal.empty() &&
                       !args.quiet && !args.json;
    return options;
}

Outcome run_command(const Process& process, Invocation args, Output& out) {
    SATCHEL_TRY(dirs, platform::find_dirs(process.environment));
    if (auto owned = platform::check_home_owner(dirs); !owned) return owned.error();
    const auto functions = command_functions();
    const auto found = std::find_if(functions.begin(), functions.end(), [&](const auto& one) {
        return one.name == args.command;
    });
    if (found == functions.end())
        return Error{ErrorCode::internal, "command '" + args.command + "' has no function"};
    Context context{std::move(args), out, process.in, process.clock};
    context.environment = process.environment;
    context.dirs = std::move(dirs);
    context.version = process.version;
    context.interactive = process.in_is_terminal && process.err_is_terminal;
    context.has_machine = process.has_machine;
    context.start_daemon = process.start_daemon;
    context.is_interrupted = process.is_interrupted;
    context.services = process.services;
    return found->run(context);
}

int report(Output& out, Error error) {
    if (error.code == ErrorCode::interrupted && error.hint.empty())
        error.hint = "the daemon goes on with its work; satchelctl events shows it";
    out.error(error);
    return error_row(error.code).exit_status;
}

// A reader that has seen enough (`| head`) is no failure of the command; a full disk is.
int finish_output(const Process& process, int status) {
    process.out.flush();
    if (process.out.good() || (process.is_reader_gone && process.is_reader_gone())) return status;
    const Error error{ErrorCode::io,
                      "write the answer to standard output: not all of it could be written",
                      "what was asked for is done; see whether the disk is full"};
    Output out(process.err, process.err, OutputOptions{});
    const int failed = report(out, error);
    return status == 0 ? failed : status;
}

int run_checked(const Process& process) {
    const auto parsed = parse_arguments(process.arguments, process.version);
    if (!parsed) {
        OutputOptions options;
        options.json = asks_for_json(process.arguments);
        Output out(process.out, process.err, options);
        return report(out, parsed.error());
    }
    if (const auto* answer = std::get_if<AnswerText>(&*parsed)) {
        process.out << answer->text;
        return finish_output(process, 0);
    }
    const auto& args = std::get<Invocation>(*parsed);
    Output out(process.out, process.err, output_options(process, args));
    auto outcome = run_command(process, args, out);
    const int status = outcome ? *outcome : report(out, std::move(outcome).error());
    return finish_output(process, status);
}

}  // namespace

int run_program(Process process) {
    try {
        return run_checked(process);
    } catch (const std::exception& thrown) {
        process.err << "satchelctl: internal error: " << thrown.what() << std::endl;
        return error_row(ErrorCode::internal).exit_status;
    }
}

}  // namespace satchel::ctl
