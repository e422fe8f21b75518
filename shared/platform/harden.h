// What a process that holds keys does first.
#pragma once

namespace satchel::platform {

/// No core dumps, and no debugger of another process of this user. Best effort.
void harden_process();

}  // namespace satchel::platform
