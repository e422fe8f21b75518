// Whether a program runs, by its name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace satchel::platform {

/// What can be said of a program: nothing, where the system does not let us look.
enum class RunState : std::uint8_t { running, stopped, unknown };

/// "running", "stopped" or "unknown".
std::string_view run_state_word(RunState state);

/// A process as the system tells of it.
struct ProcessName {
    std::string short_name{};  ///< cut to 15 characters by Linux
    std::string program{};     ///< path of the file that runs; empty when it is not told
    std::string first{};       ///< first word of the command line
    std::string second{};      ///< second word: the script, where an interpreter runs
};

/// True when the process is the program `name`: a whole name, or with a slash the end of a path. A
/// script counts under its own name when a known interpreter runs it.
bool is_program(const ProcessName& process, std::string_view name);

/// Looks at all processes of this user. `running` beats `unknown`; this process does not count. No
/// names mean `stopped`.
RunState find_programs(std::span<const std::string> names);

}  // namespace satchel::platform
