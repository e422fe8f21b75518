// satchelctl: handles on the process, nothing else.
#include "ctl/client/start.h"
#include "ctl/commands/program.h"
#include "shared/platform/host.h"
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
    process.start_daemon = [&] { return satchel::ctl::start_daemon(environment); };
    process.is_interrupted = [] { return interrupted.load(); };
    process.is_reader_gone = [] { return satchel::platform::is_reader_gone(1); };
    return satchel::ctl::run_program(std::move(process));
}
