#include "shared/platform/heap.h"

#include <cstdlib>  // says which C library it is

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace satchel::platform {

void keep_heap_small() {
#ifdef __GLIBC__
    // By itself the library learns from large buffers to keep them: up to 32 MB each. Smaller ones
    // come and go too often to be mapped anew each time.
    constexpr int kMappedBytes = 4 << 20;
    constexpr int kSpareBytes = 1 << 20;
    ::mallopt(M_MMAP_THRESHOLD, kMappedBytes);
    ::mallopt(M_TRIM_THRESHOLD, kSpareBytes);
    ::mallopt(M_ARENA_MAX, 2);
#endif
}

void give_back_heap() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

}  // namespace satchel::platform
