// Tells which places below watched folders changed, soon after. A hint only: what it misses, a scan
// finds. Linux uses inotify; elsewhere add() says that it cannot, and scans do the work.
#pragma once

#include "shared/base/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace satchel::watch {

/// Called on the watcher's executor with a changed path, a file's or a folder's; without one when
/// changes were lost and everything below the roots may have changed.
using OnChange = std::function<void(const std::optional<std::filesystem::path>& path)>;

/// Watches folders and all folders below them. Used from its executor only.
class Watcher {
  public:
    Watcher(boost::asio::any_io_executor executor, OnChange on_change);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Watches `root` and every folder below it, following no links. Adding one again is harmless.
    /// Fails with `not_found`, and with `too_large` when the system has no watches left; what was
    /// added before stays watched. Fails with `failed`, though it is watched, where others
    /// change files without this system knowing: on network file systems.
    Status add(const std::filesystem::path& root);
    /// Watches what is in `folder`, not what is in its folders. Fails as add() does.
    Status add_folder(const std::filesystem::path& folder);
    /// No longer watches `root` and what is below it.
    void remove(const std::filesystem::path& root);
    /// Delivers changes until cancelled. Changes that come together are told once each.
    boost::asio::awaitable<void> run();

    /// Delivers at once what changed until now.
    void catch_up();

    [[nodiscard]] std::size_t count_folders() const;

  private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace satchel::watch
