// How the process keeps memory that it does not use.
#pragma once

namespace satchel::platform {

/// Large buffers go back to the system as soon as they are free, and threads share their heaps: a
/// daemon that carried a large file is as small afterwards as before. Call it before any thread
/// starts; does nothing where the C library has no such choice.
void keep_heap_small();

/// Pages that lie free between others go back to the system, too. Takes about a millisecond: for
/// work that has just put away much.
void give_back_heap();

}  // namespace satchel::platform
