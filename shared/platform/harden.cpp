#include "shared/platform/harden.h"

#include <algorithm>

#include <sys/resource.h>
#include <sys/stat.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace satchel::platform {

void harden_process() {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
#ifdef __linux__
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
    ::umask(077);
}

void raise_open_files(std::uint64_t wanted) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return;
    files.rlim_cur = std::min<rlim_t>(wanted, files.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace satchel::platform
