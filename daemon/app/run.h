// From the command line to an exit status.
#pragma once

namespace satchel::app {

/// Runs the role that the arguments name. Returns the process's exit status.
int run(int argc, const char* const* argv);

}  // namespace satchel::app
