// Folding copies into archives beside everything else: the long part on a thread of its own, the
// step that takes the place of the copies on the worker, where copies are made and read.
#include "daemon/app/backup_work.h"
#include "daemon/backup/archive.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

#include <chrono>

namespace satchel::app {

std::string cycle_of(std::string name) {
    constexpr std::string_view kArchiveEnd = ".zip";
    if (name.ends_with(kArchiveEnd)) name.resize(name.size() - kArchiveEnd.size());
    return name;
}

asio::awaitable<void> fold_backups(DeviceApp& app) {
    if (app.options().settings.backup_format != "zip") co_return;
    backup::Backups& backups = app.backups();
    const backup::Stop stop = [&app] { return app.is_stopping(); };
    while (!app.is_stopping()) {
        const auto next = co_await app.worker().run([&] { return backups.next_to_fold(); });
        if (!next) co_return;
        Status done = co_await app.archive_worker().run([&] {
            return backup::write_archive(next->folder, next->is_database, next->archive, stop);
        });
        if (done) done = co_await app.worker().run([&] { return backups.put_archive(*next); });
        // Interrupted, too large or damaged: the copies are there, and the next start tries again.
        if (!done)
            SATCHEL_LOG("app",
                        info,
                        "copies are not archived",
                        {"copies", next->folder.filename().string()},
                        {log::key::kError, done.error().message});
    }
}

asio::awaitable<void> keep_folding(DeviceApp& app) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    // Ends by cancellation. A cycle of copies is over when its time is, which nobody tells.
    while (true) {
        co_await fold_backups(app);
        timer.expires_after(std::chrono::minutes(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace satchel::app
