// The bookkeeping behind a Watcher on Linux: watch descriptors and the folders they stand for.
#pragma once

#include "shared/base/result.h"
#include "shared/platform/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>

namespace satchel::watch {

/// What a read of events came to.
struct Changes {
    std::set<std::string> paths;  ///< each once
    bool is_lost = false;         ///< the queue overflowed, or a folder could not be watched
};

/// True for the `f_type` of a file system whose files another machine, or the host of this one, may
/// change.
bool is_shared_volume(std::uint32_t type);
/// Fails with `failed` where inotify tells only of what this system changes itself.
Status check_volume(const std::string& folder);

/// One inotify instance.
class Inotify {
  public:
    static Result<Inotify> open();

    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Watches a folder, and tells of what is in it but not of what lies deeper.
    Status add_folder(const std::string& folder);
    /// Watches a folder and all below it.
    Status add_tree(const std::string& folder);
    /// Forgets a folder and all below it.
    void remove_tree(const std::string& folder);
    /// Takes in the events of one read; watches folders that appeared and names what is in them,
    /// since files may have come before the watch.
    void take(std::span<const char> events, Changes& changes);

    [[nodiscard]] std::size_t count() const { return folder_of_.size(); }

  private:
    explicit Inotify(platform::UniqueFd fd) : fd_(std::move(fd)) {}

    struct Folder {
        std::string path;
        bool is_deep = false;
    };

    Status add(const std::string& folder, bool is_deep);
    void take_one(int watch, std::uint32_t mask, const char* name, Changes& changes);

    platform::UniqueFd fd_;
    std::unordered_map<int, Folder> folder_of_;
    std::unordered_map<std::string, int> watch_of_;
};

}  // namespace satchel::watch
