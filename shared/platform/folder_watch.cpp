// inotify on Linux; a pause elsewhere.
#include "shared/platform/folder_watch.h"

#include <algorithm>

#include <poll.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/inotify.h>
#endif

namespace satchel::platform {
namespace {

/// How long wait() takes where nothing tells of a change.
constexpr milliseconds kBlindPause{50};

}  // namespace

FolderWatch::FolderWatch([[maybe_unused]] const std::filesystem::path& folder) {
#if defined(__linux__)
    events_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    constexpr auto kMask =
        IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MODIFY | IN_ONLYDIR;
    if (events_.is_open() && ::inotify_add_watch(events_.get(), folder.c_str(), kMask) < 0)
        events_.reset();
#endif
}

void FolderWatch::wait(milliseconds limit) {
    if (!events_.is_open()) limit = std::min(limit, kBlindPause);
    pollfd waiting{events_.get(), POLLIN, 0};  // a negative descriptor is passed over
    const auto left = std::clamp<std::int64_t>(limit.count(), 0, 3'600'000);
    if (::poll(&waiting, 1, static_cast<int>(left)) <= 0) return;
    // What was told is told: one look by the caller answers all of it.
    char bytes[16384];
    while (::read(events_.get(), bytes, sizeof bytes) > 0) {
    }
}

}  // namespace satchel::platform
