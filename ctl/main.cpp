// satchelctl: handles on the process, nothing else.
#include "ctl/client/start.h"
#include "ctl/commands/program.h"
#include "shared/platform/host.h"
#include "shared/platform/service.h"
#include "shared/platform/spawn.h"
#include "shared/platform/system_clock.h"

#include <atomic>
#include <csignal>
#include <iostream>

namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// Waits must be disturbed by Ctrl-C, so no SA_RESTART; a second Ctrl-C ends at once.
void watch_interrupt() {
    struct sigaction action {};

    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

// systemctl restart waits for a daemon that finishes its work first.
constexpr satchel::milliseconds kToolLimit = satchel::seconds(120);

satchel::Result<satchel::platform::ProgramOutput> run_tool(
    const satchel::platform::Environment& environment, std::vector<std::string> command) {
    const auto program = satchel::platform::find_program(environment, command.front());
    if (!program)
        return satchel::Error{satchel::ErrorCode::not_found,
                              "there is no program '" + command.front() + "'"};
    command.front() = program->string();
    return satchel::platform::read_program(command, kToolLimit);
}

}  // namespace

int main(int argc, char** argv) {
    watch_interrupt();
    const satchel::platform::SystemClock clock;
    const auto environment = satchel::platform::process_environment();
    satchel::ctl::Process process{
        {argv + (argc > 0 ? 1 : 0), argv + argc}, std::cin, std::cout, std::cerr, clock};
    process.environment = environment;
    process.version = SATCHEL_VERSION;
    process.in_is_terminal = satchel::platform::is_terminal(0);
    process.out_is_terminal = satchel::platform::is_terminal(1);
    process.err_is_terminal = satchel::platform::is_terminal(2);
    process.has_machine = true;
    process.start_daemon = [&] { return satchel::ctl::start_daemon(environment); };
    process.is_interrupted = [] { return interrupted.load(); };
    process.is_reader_gone = [] { return satchel::platform::is_reader_gone(1); };
    process.services.manager = satchel::platform::find_service_manager(environment);
    process.services.run = [&](const std::vector<std::string>& command) {
        return run_tool(environment, command);
    };
    return satchel::ctl::run_program(std::move(process));
}
