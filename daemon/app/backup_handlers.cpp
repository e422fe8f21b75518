// backup.list, create, restore, verify, and source.restore.
#include "daemon/app/handlers.h"
#include "daemon/app/restore.h"
#include "daemon/backup/copy.h"
#include "daemon/sources/file_tree/file_class.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <set>

namespace satchel::app {

namespace {

constexpr std::size_t kToldMax = 1'000;
constexpr std::string_view kLast = "last";

control::BackupCopy to_control(const backup::BackupEntry& entry) {
    control::BackupCopy copy;
    copy.id = backup_id(entry);
    copy.cycle = entry.cycle;
    copy.source = entry.source;
    copy.path = entry.path;
    copy.kind = entry.is_database ? "database" : "file";
    copy.size_bytes = count_of(entry.size_bytes);
    copy.time = json::Time{entry.time_ms};
    return copy;
}

Result<control::BackupListResponse> list(const backup::Backups& backups,
                                         const control::BackupListRequest& request) {
    SATCHEL_TRY(entries, list_copies(backups));
    control::BackupListResponse response;
    const auto limit =
        static_cast<std::size_t>(std::clamp<std::int64_t>(request.limit, 0, 100'000));
    for (const backup::BackupEntry& entry : entries) {
        const bool fits = (request.source.empty() || entry.source == request.source) &&
                          (request.path.empty() || entry.path == request.path) &&
                          (request.cycle.empty() || entry.cycle == request.cycle);
        if (!fits) continue;
        ++response.total;
        if (response.copies.size() < limit) response.copies.push_back(to_control(entry));
    }
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
    return std::move(creation.response);
}

/// The copies that are asked for.
Result<std::vector<backup::BackupEntry>> choose(const backup::Backups& backups,
                                                const control::BackupRestoreRequest& request) {
    SATCHEL_TRY(entries, list_copies(backups));
    const std::string cycle =
        request.cycle == kLast && !entries.empty() ? entries.front().cycle : request.cycle;
    std::erase_if(entries, [&](const backup::BackupEntry& entry) {
        if (!request.id.empty()) return backup_id(entry) != request.id;
        return entry.cycle != cycle || (!request.source.empty() && entry.source != request.source);
    });
    // Of one file in one cycle the oldest: what was there before.
    std::set<std::pair<std::string, std::string>> seen;
    std::erase_if(entries, [&](const backup::BackupEntry& entry) {
        return !seen.emplace(entry.source, entry.path).second;
    });
    if (entries.empty())
        return Error{ErrorCode::not_found,
                     "restore a backup: there is no copy '" +
                         escape_for_terminal(request.id.empty() ? request.cycle : request.id) + "'",
                     "satchelctl backup list shows them"};
    return entries;
}

class Restoration {
  public:
    Restoration(DeviceApp& app, const control::BackupRestoreRequest& request)
        : app_(app), request_(request) {
        response.dry_run = request.dry_run;
    }

    void add(const backup::BackupEntry& entry) {
        const Status done = entry.is_database ? database(entry) : file(entry);
        if (!done) {
            if (response.skipped.size() < kToldMax)
                response.skipped.push_back(
                    {entry.source + ": " + entry.path, done.error().message});
            return;
        }
        ++response.count;
        if (response.written.size() < kToldMax) response.written.push_back(target_.string());
    }

    control::RestoreResponse response;

  private:
    Status file(const backup::BackupEntry& entry) {
        if (Status good = backup::verify(entry); !good) return good;
        RestorePlace place;
        if (!request_.to.empty()) {
            place.root = request_.to;
            target_ = place.root / entry.path;
            return request_.dry_run ? ok() : write(place, entry);
        }
        engine::SourceSlot* slot = app_.membership()->replica.find_slot(entry.source);
        if (slot == nullptr || slot->declaration.kind != kFilesKind)
            return Error{ErrorCode::not_found,
                         "its source is not declared on this device; give --to FOLDER"};
        const sources::SourceTraits traits = slot->source->traits();
        const bool waits = std::ranges::any_of(traits.gated, [&](const std::string& pattern) {
            return sources::matches_glob(pattern, entry.path);
        });
        if (waits && !traits.gate.empty() && traits.gate != "stopped")
            return Error{ErrorCode::assistant_running,
                         traits.program + " runs, or that cannot be told"};
        place.root = slot->declaration.path;
        backup::Backups& backups = app_.surroundings().backups;
        place.backup = [&backups, &entry, root = place.root](const std::filesystem::path& path) {
            return backups.take_file(entry.source, root, path);
        };
        target_ = place.root / entry.path;
        if (request_.dry_run) return ok();
        Status done = write(place, entry);
        if (done) slot->source->hint(target_);
        return done;
    }

    /// A program may have the database open at any moment, and the engine would take the older rows
    /// for edits: a person puts it in its place.
    Status database(const backup::BackupEntry& entry) {
        if (request_.to.empty())
            return Error{ErrorCode::invalid_argument,
                         "a database is not put in its place while programs may use it; give --to "
                         "FOLDER, stop them, and copy it there"};
        target_ = std::filesystem::path(request_.to) / std::filesystem::path(entry.path).filename();
        std::error_code error;
        if (std::filesystem::exists(target_, error))
            return Error{ErrorCode::already_exists, "there is a file of this name"};
        if (request_.dry_run) return backup::verify(entry);
        return backup::copy_out(entry, target_);
    }

    static Status write(const RestorePlace& place, const backup::BackupEntry& entry) {
        return restore_file(place, entry.path, entry.time_ms, content_of(entry.copy));
    }

    DeviceApp& app_;
    const control::BackupRestoreRequest& request_;
    std::filesystem::path target_;
};

Result<control::RestoreResponse> restore(DeviceApp& app,
                                         const control::BackupRestoreRequest& request) {
    if (request.id.empty() == request.cycle.empty())
        return Error{ErrorCode::invalid_argument,
                     "restore a backup: give either the id of a copy or a cycle",
                     "satchelctl backup list shows both"};
    std::error_code error;
    if (!request.to.empty() && !std::filesystem::is_directory(request.to, error))
        return Error{ErrorCode::not_found,
                     "restore a backup: there is no folder " + escape_for_terminal(request.to),
                     "make it first"};
    SATCHEL_TRY(chosen, choose(app.surroundings().backups, request));
    // What this displaces is a cycle of its own, to be taken back in turn.
    if (!request.dry_run) app.surroundings().backups.end_cycle();
    Restoration restoration(app, request);
    for (const backup::BackupEntry& entry : chosen) restoration.add(entry);
    // One copy that cannot be put back is an error; of many the rest is told.
    if (!request.id.empty() && restoration.response.count == 0)
        return Error{ErrorCode::failed, restoration.response.skipped.front().reason};
    return std::move(restoration.response);
}

Result<control::BackupVerifyResponse> verify(const backup::Backups& backups,
                                             const control::BackupVerifyRequest& request) {
    SATCHEL_TRY(entries, list_copies(backups));
    control::BackupVerifyResponse response;
    for (const backup::BackupEntry& entry : entries) {
        if (!request.id.empty() && backup_id(entry) != request.id) continue;
        const Status good = backup::verify(entry);
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
        auto work = [&app, request] { return create(app, request); };
        return on_worker<control::BackupCreateResponse>(app, std::move(work), false);
    });
    app.server().on<control::BackupRestoreRequest>([&app](control::BackupRestoreRequest request) {
        const bool is_change = !request.dry_run && request.to.empty();
        auto work = [&app, request] { return restore(app, request); };
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
