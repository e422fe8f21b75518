// Starting other programs: by argument vector, never through a shell.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/dirs.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::platform {

/// The program `name` beside the running one, else the first on PATH.
std::optional<std::filesystem::path> find_program(const Environment& environment,
                                                  std::string_view name);

/// Starts `arguments` (the first is the program's path) in a session of its own with no terminal:
/// input from nowhere, output to nowhere. It is nobody's child, so nobody has to wait for it.
Status spawn_detached(const std::vector<std::string>& arguments);

/// Runs `arguments` (the first is the program's path) to its end, with `variables` ("NAME=value")
/// added to the environment, no input, and output to this program's standard error. Returns its
/// exit status, 128 + N when signal N ended it. After `limit` it and what it started are ended:
/// busy.
Result<int> run_program(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& variables,
                        milliseconds limit);

/// What a program left.
struct ProgramOutput {
    int status = 0;      ///< 128 + N when signal N ended it
    std::string text{};  ///< its standard output, or as much of it as fits a MiB
};

/// Runs `arguments` (the first is the program's path) to its end with no input and returns what it
/// wrote; what it says on standard error goes nowhere. After `limit` it is ended: busy.
Result<ProgramOutput> read_program(const std::vector<std::string>& arguments, milliseconds limit);

/// Runs `arguments` (the first is the program's path) on this program's own terminal, or what it
/// has instead, to its end, however long a person takes. Returns its exit status, 128 + N when
/// signal N ended it; an interrupt from the keyboard is the program's alone.
Result<int> run_attached(const std::vector<std::string>& arguments);

/// Becomes the program `arguments`; returns only when that fails.
Error replace_process(const std::vector<std::string>& arguments);

}  // namespace satchel::platform
