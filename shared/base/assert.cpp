#include "shared/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace satchel::detail {

void assertion_failed(const char* text, const char* file, int line) noexcept {
    std::fprintf(stderr, "satchel: broken invariant: %s (%s:%d)\n", text, file, line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace satchel::detail
