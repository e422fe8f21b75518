// What a process that holds keys does first.
#pragma once

#include <cstdint>

namespace satchel::platform {

/// No core dumps, no debugger of another process of this user, and files and directories that
/// nobody else may use unless their maker says otherwise. Best effort.
void harden_process();
/// Lets the process hold up to `wanted` descriptors, or as many as the system allows: for a hub,
/// since sessions begin with a thousand.
void raise_open_files(std::uint64_t wanted);

}  // namespace satchel::platform
