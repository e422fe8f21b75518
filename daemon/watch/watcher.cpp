#include "daemon/watch/watcher.h"

#include "daemon/watch/inotify.h"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unistd.h>

namespace satchel::watch {

namespace asio = boost::asio;

class Watcher::State {
  public:
    State(const asio::any_io_executor& executor, OnChange on_change)
        : on_change_(std::move(on_change)), stream_(executor) {
        auto opened = Inotify::open();
        if (!opened) {
            error_ = opened.error();
            return;
        }
        inotify_ = std::move(*opened);
        stream_.assign(::dup(inotify_->fd()));
    }

    std::optional<Inotify> inotify_;
    Error error_;

    /// Reads all that is there and tells each change once.
    void deliver() {
        alignas(8) std::array<char, 64 * 1024> buffer;
        Changes changes;
        while (true) {
            const ssize_t count = ::read(inotify_->fd(), buffer.data(), buffer.size());
            if (count <= 0) break;
            inotify_->take({buffer.data(), static_cast<std::size_t>(count)}, changes);
            if (changes.paths.size() > kPathsMax) {
                changes.is_lost = true;
                changes.paths.clear();
            }
        }
        if (changes.is_lost) {
            on_change_(std::nullopt);
            return;
        }
        for (const std::string& path : changes.paths) on_change_(path);
    }

    asio::posix::stream_descriptor& stream() { return stream_; }

  private:
    /// Beyond this many a scan is cheaper than looking at each.
    static constexpr std::size_t kPathsMax = 2'000;

    OnChange on_change_;
    asio::posix::stream_descriptor stream_;
};

Watcher::Watcher(asio::any_io_executor executor, OnChange on_change)
    : state_(std::make_unique<State>(executor, std::move(on_change))) {}

Watcher::~Watcher() = default;

Status Watcher::add(const std::filesystem::path& root) {
    if (!state_->inotify_) return state_->error_;
    if (Status added = state_->inotify_->add_tree(root.string()); !added) return added;
    return check_volume(root.string());
}

Status Watcher::add_folder(const std::filesystem::path& folder) {
    if (!state_->inotify_) return state_->error_;
    if (Status added = state_->inotify_->add_folder(folder.string()); !added) return added;
    return check_volume(folder.string());
}

void Watcher::catch_up() {
    if (state_->inotify_) state_->deliver();
}

void Watcher::remove(const std::filesystem::path& root) {
    if (state_->inotify_) state_->inotify_->remove_tree(root.string());
}

std::size_t Watcher::count_folders() const {
    return state_->inotify_ ? state_->inotify_->count() : 0;
}

asio::awaitable<void> Watcher::run() {
    // Ends by cancellation, or when the descriptor fails for good: then scans go on alone.
    while (state_->inotify_) {
        constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
        const auto [error] =
            co_await state_->stream().async_wait(asio::posix::stream_descriptor::wait_read, kToken);
        if (error) co_return;
        state_->deliver();
    }
}

}  // namespace satchel::watch
