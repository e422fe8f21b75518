// backup.list, create, restore, verify, and source.restore.
#include "daemon/app/backup_work.h"
#include "daemon/app/handlers.h"
#include "daemon/app/restore.h"
#include "daemon/backup/copy_reader.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::app {

namespace {

constexpr std::size_t kToldMax = 1'000;

control::BackupCopy to_control(const backup::BackupEntry& entry) {
    control::BackupCopy copy;
    copy.id = backup_id(entry);
    copy.cycle = entry.cycle;
    copy.source = entry.source;
    copy.path = entry.path;
    copy.kind = entry.is_database ? "database" : "file";
    copy.format = entry.archive.empty() ? "copy" : "zip";
    copy.size_bytes = count_of(entry.size_bytes);
    copy.time = json::Time{entry.time_ms};
    return copy;
}

Result<control::BackupListResponse> list(const backup::Backups& backups,
                                         const control::BackupListRequest& request) {
    const backup::Copies copies = list_copies(backups);
    const std::string cycle = cycle_of(request.cycle);
    control::BackupListResponse response;
    const auto limit =
        static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 0, 100'000));
    for (const backup::BackupEntry& entry : copies.entries) {
        const bool fits = (request.source.empty() || entry.source == request.source) &&
                          (request.path.empty() || entry.path == request.path) &&
                          (cycle.empty() || entry.cycle == cycle);
        if (!fits) continue;
        ++response.total;
        if (response.copies.size() < limit) response.copies.push_back(to_control(entry));
    }
    for (const backup::RefusedCycle& one : copies.refused)
        if ((cycle.empty() || one.cycle == cycle) && response.refused.size() < kToldMax)
            response.refused.push_back({"cycle " + one.cycle, one.reason.message});
    return response;
}

/// Copies what one source holds now.
class Creation {
  public:
    Creation(DeviceApp& app, bool is_dry_run) : app_(app), is_dry_run_(is_dry_run) {}

    Status add(engine::SourceSlot& slot) {
        const std::string& name = slot.declaration.name;
        const std::filesystem::path path = slot.declaration.path;
        if (slot.declaration.kind != kFilesKind) {
            const auto take = [&] { return app_.surroundings().backups.take_database(name, path); };
            return one(name, path, take);
        }
        SATCHEL_TRY(paths, held_paths(slot));
        for (const std::string& relative : paths) {
            const auto take = [&] {
                return app_.surroundings().backups.take_file(name, path, relative);
            };
            if (Status status = one(name + ": " + relative, path / relative, take); !status)
                return status;
        }
        return ok();
    }

    control::BackupCreateResponse response;

  private:
    template <class Take>
    Status one(const std::string& item, const std::filesystem::path& path, Take take) {
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(path, error);
        if (!is_dry_run_) {
            const Status taken = take();
            if (!taken) {
                if (taken.error().code == ErrorCode::disk_full) return taken;
                if (response.skipped.size() < kToldMax)
                    response.skipped.push_back({item, taken.error().message});
                return ok();
            }
        }
        ++response.copies;
        response.bytes += error ? 0 : static_cast<std::int64_t>(size);
        return ok();
    }

    /// Paths of the files that the source is known to hold.
    Result<std::vector<std::string>> held_paths(const engine::SourceSlot& slot) {
        std::vector<std::string> paths;
        engine::Replica& replica = app_.membership()->replica;
        store::Rows rows(replica.database());
        for (const auto& [id, collection] : replica.ledger().collections()) {
            if (collection.source != slot.declaration.name || collection.name != "files") continue;
            Bytes after;
            while (true) {
                SATCHEL_TRY(page, rows.held_keys(collection.ord, after, kToldMax));
                if (page.empty()) break;
                after = page.back();
                for (const Bytes& key : page) {
                    std::error_code error;
                    const std::string path = local_path(slot, as_text(key));
                    if (std::filesystem::is_regular_file(
                            std::filesystem::path(slot.declaration.path) / path, error))
                        paths.push_back(path);
                }
            }
        }
        return paths;
    }

    DeviceApp& app_;
    bool is_dry_run_;
};

Result<control::BackupCreateResponse> create(DeviceApp& app,
                                             const control::BackupCreateRequest& request) {
    Creation creation(app, request.dry_run);
    backup::Backups& backups = app.surroundings().backups;
    if (!request.dry_run) backups.end_cycle();
    bool is_known = request.source.empty();
    for (engine::SourceSlot& slot : app.membership()->replica.slots()) {
        if (!request.source.empty() && slot.declaration.name != request.source) continue;
        is_known = true;
        if (auto added = creation.add(slot); !added) return added.error();
    }
    if (!is_known)
        return Error{ErrorCode::not_found,
                     "no source is called '" + escape_for_terminal(request.source) + "'",
                     "satchelctl source list shows them"};
    if (!request.dry_run && creation.response.copies > 0)
        creation.response.cycle = backups.current_cycle();
    // What a change copies from now on is not what a person asked for.
    if (!request.dry_run) backups.end_cycle();
    return std::move(creation.response);
}

Result<control::BackupVerifyResponse> verify(const backup::Backups& backups,
                                             const control::BackupVerifyRequest& request) {
    const backup::Copies copies = list_copies(backups);
    backup::CopyReader reader;
    control::BackupVerifyResponse response;
    for (const backup::RefusedCycle& one : copies.refused)
        if (request.id.empty() && response.bad.size() < kToldMax)
            response.bad.push_back({"cycle " + one.cycle, one.reason.message});
    for (const backup::BackupEntry& entry : copies.entries) {
        if (!request.id.empty() && backup_id(entry) != request.id) continue;
        const Status good = reader.verify(entry);
        if (good)
            ++response.good;
        else if (response.bad.size() < kToldMax)
            response.bad.push_back(
                {backup_id(entry) + " " + entry.source + ": " + entry.path, good.error().message});
    }
    if (!request.id.empty() && response.good == 0 && response.bad.empty())
        return Error{ErrorCode::not_found,
                     "verify backups: there is no copy '" + escape_for_terminal(request.id) + "'",
                     "satchelctl backup list shows them"};
    return response;
}

/// Runs `work` on the worker of a device that is in a workspace.
template <class Response, class Work>
asio::awaitable<Result<Response>> on_worker(DeviceApp& app, Work work, bool is_change) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    auto done = co_await app.worker().run([&]() -> Result<Response> { return work(); });
    if (done && is_change) membership->engine.wake("change");
    co_return done;
}

asio::awaitable<Result<control::BackupCreateResponse>> create_and_fold(
    DeviceApp& app, control::BackupCreateRequest request) {
    auto work = [&app, request] { return create(app, request); };
    auto created = co_await on_worker<control::BackupCreateResponse>(app, std::move(work), false);
    if (created && !request.dry_run) co_await fold_backups(app);
    co_return created;
}

asio::awaitable<Result<control::RestoreResponse>> restore_source(
    DeviceApp& app, control::SourceRestoreRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    auto restored = co_await app.worker().run([&]() -> Result<control::RestoreResponse> {
        engine::SourceSlot* slot = membership->replica.find_slot(request.name);
        if (slot == nullptr)
            return Error{ErrorCode::not_found,
                         "no source is called '" + escape_for_terminal(request.name) + "'",
                         "satchelctl source list shows them"};
        return request.to.empty() ? bring_back_swept(membership->replica, *slot, request)
                                  : restore_stored(membership->replica, request);
    });
    if (restored && request.to.empty() && !request.dry_run) membership->engine.wake("source");
    co_return restored;
}

}  // namespace

void add_backup_handlers(DeviceApp& app) {
    app.server().on<control::BackupListRequest>([&app](control::BackupListRequest request) {
        auto work = [&app, request] { return list(app.surroundings().backups, request); };
        return on_worker<control::BackupListResponse>(app, std::move(work), false);
    });
    app.server().on<control::BackupCreateRequest>([&app](control::BackupCreateRequest request) {
        return create_and_fold(app, std::move(request));
    });
    app.server().on<control::BackupRestoreRequest>([&app](control::BackupRestoreRequest request) {
        const bool is_change = !request.dry_run && request.to.empty();
        auto work = [&app, request] { return restore_copies(app, request); };
        return on_worker<control::RestoreResponse>(app, std::move(work), is_change);
    });
    app.server().on<control::BackupVerifyRequest>([&app](control::BackupVerifyRequest request) {
        auto work = [&app, request] { return verify(app.surroundings().backups, request); };
        return on_worker<control::BackupVerifyResponse>(app, std::move(work), false);
    });
    app.server().on<control::SourceRestoreRequest>(
        [&app](const control::SourceRestoreRequest& request) {
            return restore_source(app, request);
        });
}

}  // namespace satchel::app
