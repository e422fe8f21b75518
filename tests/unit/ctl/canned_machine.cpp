// The machine that the canned daemon runs on.
#include "tests/unit/ctl/canned_daemon.h"

#include <cstdlib>
#include <ctime>
#include <sstream>

namespace satchel::support {

Machine::Machine() {
    // Local times are of this zone wherever the test runs.
    ::setenv("TZ", "XST-1", 1);
    ::tzset();
    std::filesystem::create_directories(dir_ / "state/satchel");
}

void Machine::start_device(const RunningServer::Install& install, control::ServerOptions options) {
    options.socket = dir_ / "state/satchel/control.sock";
    device_.emplace(dir_ / "state/satchel", install, std::move(options));
}

void Machine::start_hub(const RunningServer::Install& install) {
    control::ServerOptions options;
    options.socket = dir_ / "state/satchel/hub.sock";
    options.role = "hub";
    std::filesystem::create_directories(dir_ / "hub");
    hub_.emplace(dir_ / "hub", install, std::move(options));
}

Run Machine::run(std::vector<std::string> arguments, const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    ctl::Process process{std::move(arguments), in, out, err, clock_};
    process.environment = [this](std::string_view name) -> std::optional<std::string> {
        if (name == "HOME") return dir_.path().string();
        if (name == "XDG_STATE_HOME") return (dir_ / "state").string();
        const auto found = variables.find(std::string(name));
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    process.in_is_terminal = process.err_is_terminal = is_terminal;
    process.version = "1.2.3";
    process.start_daemon = start;
    process.is_interrupted = is_interrupted;
    process.services = services;
    Run result;
    result.status = ctl::run_program(std::move(process));
    result.out = out.str();
    result.err = err.str();
    return result;
}

}  // namespace satchel::support
