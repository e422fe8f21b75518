// The watcher's side of a device: what is watched, and whom a change on disk concerns.
#include "daemon/app/device_app.h"
#include "daemon/app/source_factory.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

#include <utility>

namespace satchel::app {

namespace {

/// True when an event at `path` may concern the source.
bool concerns(const store::Declaration& declaration, const std::filesystem::path& path) {
    const std::string text = path.string();
    if (!text.starts_with(declaration.path)) return false;
    const std::string_view rest = std::string_view(text).substr(declaration.path.size());
    // A database's neighbours are other files; of its own only the log and journal matter.
    if (declaration.kind == kTablesKind)
        return rest.empty() || rest == "-wal" || rest == "-journal";
    return rest.empty() || rest.front() == '/';
}

/// What a source wants watched, and whether it still is not.
struct WatchWish {
    std::string name;
    std::vector<sources::WatchRoot> roots;
    bool is_needed = false;
};

}  // namespace

void DeviceApp::begin_file_watch() {
    watcher_ = std::make_unique<watch::Watcher>(
        loop_.get_executor(),
        [this](const std::optional<std::filesystem::path>& path) { notice(path); });
    file_watch_.spawn("watch", watcher_->run());
    file_watch_.spawn("hints", keep_hinting());
}

asio::awaitable<void> DeviceApp::end_file_watch() {
    file_watch_.cancel();
    co_await file_watch_.join();
    watcher_.reset();
    watch_errors_.clear();
    hints_ = {};
    if (!membership_) co_return;
    engine::Replica& replica = membership_->replica;
    co_await worker_.run([&replica] {
        for (engine::SourceSlot& slot : replica.slots()) slot.source->set_watched(false);
        return true;
    });
}

asio::awaitable<void> DeviceApp::watch_sources() {
    if (!watcher_ || !membership_) co_return;
    engine::Replica& replica = membership_->replica;
    std::vector<WatchWish> wishes = co_await worker_.run([&replica] {
        std::vector<WatchWish> all;
        for (const engine::SourceSlot& slot : replica.slots())
            all.push_back(
                {slot.declaration.name, slot.source->watch_roots(), slot.source->needs_watch()});
        return all;
    });
    std::erase_if(wishes, [this](const WatchWish& wish) {
        const auto known = watch_errors_.find(wish.name);
        return !wish.is_needed && known != watch_errors_.end() && known->second.empty();
    });
    if (wishes.empty() || !watcher_) co_return;
    for (WatchWish& wish : wishes) {
        std::string error;
        for (const sources::WatchRoot& root : wish.roots) {
            const Status watching =
                root.is_deep ? watcher_->add(root.path) : watcher_->add_folder(root.path);
            if (!watching) error = watching.error().message;
        }
        wish.is_needed = !error.empty();
        // Told once, not with every cycle that tries again.
        if (!error.empty() && error != watch_errors_[wish.name])
            SATCHEL_LOG("app",
                        warn,
                        "a source is not watched; changes are found by the next cycle",
                        {log::key::kError, error});
        watch_errors_[wish.name] = std::move(error);
    }
    co_await worker_.run([&replica, &wishes] {
        for (const WatchWish& wish : wishes)
            if (engine::SourceSlot* slot = replica.find_slot(wish.name))
                slot->source->set_watched(!wish.is_needed);
        return true;
    });
}

asio::awaitable<void> DeviceApp::keep_watching() {
    // Ends by cancellation. Roots come and go; each cycle is an occasion to watch what is there.
    while (true) {
        const bool has_cycled = co_await cycle_ended_.wait_for(std::chrono::hours(1));
        if (!has_cycled) continue;
        co_await watch_sources();
        co_await tell_alarms();
        co_await show_halts();
    }
}

std::string DeviceApp::watch_error(const std::string& source) const {
    const auto known = watch_errors_.find(source);
    return known == watch_errors_.end() ? std::string() : known->second;
}

void DeviceApp::notice(const std::optional<std::filesystem::path>& path) {
    /// Beyond this many a scan is cheaper than looking at each.
    constexpr std::size_t kPathsMax = 2'000;
    if (!membership_) return;
    if (!path || hints_.paths.size() >= kPathsMax) {
        hints_ = {{}, true};
    } else if (!hints_.is_lost) {
        hints_.paths.insert(*path);
    }
    hinted_.set();
}

asio::awaitable<bool> DeviceApp::pass_hints() {
    const Hints hints = std::exchange(hints_, {});
    if (!membership_ || (!hints.is_lost && hints.paths.empty())) co_return false;
    engine::Replica& replica = membership_->replica;
    co_return co_await worker_.run([&replica, &hints] {
        bool is_ours = false;
        for (engine::SourceSlot& slot : replica.slots()) {
            if (hints.is_lost) slot.source->hint(std::nullopt);
            is_ours = is_ours || hints.is_lost;
            for (const std::filesystem::path& path : hints.paths) {
                if (!concerns(slot.declaration, path)) continue;
                slot.source->hint(path);
                is_ours = true;
            }
        }
        return is_ours;
    });
}

asio::awaitable<void> DeviceApp::keep_hinting() {
    // Ends by cancellation. While the worker is busy changes gather, each path once.
    while (true) {
        const bool is_hinted = co_await hinted_.wait_for(std::chrono::hours(1));
        if (!is_hinted) continue;
        const bool is_ours = co_await pass_hints();
        if (is_ours && membership_) membership_->engine.wake("change");
    }
}

asio::awaitable<void> DeviceApp::take_hints() {
    if (watcher_) watcher_->catch_up();
    co_await pass_hints();
}

}  // namespace satchel::app
