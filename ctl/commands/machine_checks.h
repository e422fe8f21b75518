// The checks of doctor that need no daemon: folders, space, services and the machine's limits. They
// read and never write.
#pragma once

#include "ctl/commands/checks.h"
#include "ctl/commands/context.h"

#include <filesystem>
#include <vector>

namespace satchel::ctl {

/// Folders and secret files are for their owner alone.
std::vector<Check> check_modes(const platform::Dirs& dirs);
/// There is room to work where the store lies.
Check check_space(std::uintmax_t bytes_free);
/// The log can be written, and the clock has not gone back behind what is written already.
std::vector<Check> check_state(const platform::Dirs& dirs, UnixMs now_ms);
/// The service manager starts the daemon by itself. Nothing where there is none.
std::vector<Check> check_service(const Context& context);
/// Folders can be watched; `limit` is the content of the kernel's file, empty where there is none.
std::vector<Check> check_watches(const std::string& limit);

/// All of them.
std::vector<Check> check_machine(const Context& context);

}  // namespace satchel::ctl
