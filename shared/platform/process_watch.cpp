// A pidfd on Linux. Elsewhere, and on kernels before 5.3, the process is asked for again and again.
#include "shared/platform/process_watch.h"

#include "shared/platform/system_clock.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <poll.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace satchel::platform {
namespace {

/// Between two questions where no handle on a process is to be had.
constexpr milliseconds kBlindPause{20};

bool has_ended(pid_t process) {
    return process <= 0 || (::kill(process, 0) != 0 && errno == ESRCH);
}

}  // namespace

ProcessWatch::ProcessWatch(pid_t process) : process_(process) {
#if defined(SYS_pidfd_open)
    if (process > 0) handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
#endif
}

bool ProcessWatch::wait_end(milliseconds limit) const {
    const SystemClock clock;
    const auto deadline = clock.steady_ms() + limit;
    while (true) {
        if (!handle_.is_open() && has_ended(process_)) return true;
        const auto left = std::max(deadline - clock.steady_ms(), milliseconds(0));
        const auto pause = handle_.is_open() ? left : std::min(left, kBlindPause);
        pollfd waiting{handle_.get(), POLLIN, 0};  // a negative descriptor is passed over
        const auto count = std::min<std::int64_t>(pause.count(), 3'600'000);
        if (::poll(&waiting, 1, static_cast<int>(count)) > 0) return true;
        if (left == milliseconds(0)) return false;
    }
}

void ProcessWatch::kill() const {
#if defined(SYS_pidfd_send_signal)
    if (handle_.is_open()) {
        ::syscall(SYS_pidfd_send_signal, handle_.get(), SIGKILL, nullptr, 0);
        return;
    }
#endif
    if (process_ > 1) ::kill(process_, SIGKILL);
}

}  // namespace satchel::platform
