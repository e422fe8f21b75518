// The whole of satchelctl but for main's handles on the process, so that tests can run it.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/dirs.h"
#include "shared/platform/service.h"
#include "shared/platform/spawn.h"

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace satchel::ctl {

/// The way to the service manager of this user.
struct ServiceTools {
    platform::ServiceManager manager = platform::ServiceManager::none;
    /// Runs a program of the manager's, found by its name, and returns what it wrote.
    std::function<Result<platform::ProgramOutput>(const std::vector<std::string>&)> run{};
};

/// What the process gives.
struct Process {
    std::vector<std::string> arguments{};  ///< after the program's name
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    const Clock& clock;
    platform::Environment environment{};
    std::string version{};
    bool in_is_terminal = false;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    /// Doctor looks at this machine, too; tests have none that stays the same.
    bool has_machine = false;
    std::function<Status()> start_daemon{};
    std::function<bool()> is_interrupted{};
    ServiceTools services{};
    std::function<bool()> is_reader_gone{};  ///< of standard output, after a write failed
};

/// Runs one command and returns the exit status. Never throws.
int run_program(Process process);

}  // namespace satchel::ctl
