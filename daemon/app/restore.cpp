#include "daemon/app/restore.h"

#include "daemon/engine/rejoin.h"
#include "daemon/engine/store_memory.h"
#include "daemon/sources/file_tree/deny_list.h"
#include "daemon/sources/file_tree/document_keys.h"
#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/tree_context.h"
#include "daemon/sources/file_tree/tree_path.h"
#include "daemon/sources/file_tree/tree_writer.h"
#include "daemon/store/pieces.h"
#include "shared/base/hash.h"
#include "shared/base/utf8.h"

#include <map>
#include <set>

namespace satchel::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kToldMax = 1'000;
constexpr std::size_t kPage = 500;

/// One file that the store keeps.
struct StoredFile {
    std::string path;
    Sid sid;
    sources::Manifest manifest;
    UnixMs time_ms = 0;
};

class StoredFiles {
  public:
    StoredFiles(engine::Replica& replica, const store::Collection& collection)
        : replica_(replica), collection_(collection) {
        for (const auto& [id, name] : collection.columns) {
            if (name == "path") path_ = id;
            if (name == "content") content_ = id;
        }
    }

    /// Files that are kept for good, with their content, whose path matches.
    Result<std::vector<StoredFile>> list(const std::string& pattern) {
        std::vector<StoredFile> files;
        store::Rows rows(replica_.database());
        std::int64_t after = 0;
        while (true) {
            SATCHEL_TRY(page, rows.pending(collection_.ord, after, kPage));
            if (page.empty()) return files;
            after = page.back().number;
            for (const store::StoredRow& row : page) {
                SATCHEL_TRY(parked,
                            store::find_parked(replica_.database(), collection_.ord, row.sid));
                if (!parked || parked->kind != store::kStoredKind) continue;
                auto file = read(row);
                const bool is_wanted =
                    file && (pattern.empty() || sources::matches_glob(pattern, file->path));
                if (is_wanted) files.push_back(std::move(*file));
            }
        }
    }

    Content content_of(const StoredFile& file) {
        return [this, file](const std::function<Status(ByteView)>& write) -> Status {
            for (std::uint32_t i = 0; i < file.manifest.count_pieces(); ++i) {
                SATCHEL_TRY(
                    piece,
                    store::find_piece(replica_.database(), file.sid, file.manifest.content, i));
                if (!piece) return Error{ErrorCode::not_found, "its content is not on this device"};
                if (Status status = write(*piece); !status) return status;
            }
            return ok();
        };
    }

  private:
    std::optional<StoredFile> read(const store::StoredRow& row) const {
        StoredFile file;
        file.sid = row.sid;
        std::optional<sources::Manifest> manifest;
        for (const core::Sibling* shown : core::shown_siblings(row.row)) {
            if (!shown->value) continue;
            if (shown->column == path_ && shown->value->kind() == core::ValueKind::text)
                file.path = shown->value->as_text();
            if (shown->column != content_) continue;
            manifest = sources::Manifest::decode(*shown->value);
            file.time_ms = shown->stamp.time_ms();
        }
        if (!manifest || file.path.empty()) return std::nullopt;
        file.manifest = *manifest;
        return file;
    }

    engine::Replica& replica_;
    const store::Collection& collection_;
    ColumnId path_{};
    ColumnId content_{};
};

}  // namespace

std::string backup_id(const backup::BackupEntry& entry) {
    const std::string name = entry.cycle + '\n' + entry.source + '\n' + entry.path + '\n' +
                             entry.copy.filename().string();
    Bytes bytes;
    ByteWriter(bytes).u64(hash64(as_bytes(name)));
    return to_hex(ByteView(bytes).first(4));
}

backup::Copies list_copies(const backup::Backups& backups) {
    backup::Copies copies = backups.look();
    std::map<std::string, Error> refused;
    for (const backup::BackupEntry& entry : copies.entries) {
        const auto fault = entry.is_database
                               ? sources::find_name_fault(fs::path(entry.path).filename().string())
                               : sources::find_path_fault(entry.path);
        if (fault)
            refused.emplace(
                entry.cycle,
                Error{ErrorCode::refused,
                      "read the manifest of a backup: entry '" +
                          escape_for_terminal(entry.path.substr(0, 200)) + "': " + *fault});
    }
    std::set<std::string> seen;
    std::erase_if(copies.entries, [&](const backup::BackupEntry& entry) {
        return refused.contains(entry.cycle) || !seen.insert(backup_id(entry)).second;
    });
    for (auto& [cycle, reason] : refused) copies.refused.push_back({cycle, std::move(reason)});
    return copies;
}

std::string local_path(const engine::SourceSlot& slot, std::string_view path) {
    const auto* tree = dynamic_cast<const sources::FileTree*>(slot.source.get());
    return tree == nullptr ? std::string(path) : tree->local_path(path);
}

Status restore_file(const RestorePlace& place,
                    const std::string& relative,
                    UnixMs time_ms,
                    const Content& content) {
    const std::string what = "restore '" + escape_for_terminal(relative) + "'";
    if (const auto fault = sources::find_path_fault(relative))
        return Error{ErrorCode::refused, what + ": " + *fault};
    // A copy of the device's own file, put back where it was, takes nothing anywhere.
    const bool is_own = place.backup && sources::is_denied_in_part(relative);
    if (sources::is_denied(relative) && !is_own)
        return Error{ErrorCode::refused, what + ": files of this kind are never written"};
    SATCHEL_TRY(root, sources::TreeDir::open(place.root));
    SATCHEL_TRY(there, root.find(relative));
    const bool is_odd = there && (there->kind != sources::FileKind::regular || !there->is_ours ||
                                  !there->is_single);
    if (is_odd) return Error{ErrorCode::refused, what + ": what has its name is no ordinary file"};
    if (there && !place.backup)
        return Error{ErrorCode::already_exists, what + ": there is a file of this name"};
    if (there)
        if (Status status = place.backup(relative); !status) return status;
    if (!there) {
        SATCHEL_TRY(made, sources::make_folders(root, sources::split_path(relative).first));
        (void)made;
    }
    const sources::FileLook look{there ? sources::travelling_mode(there->mode) : 0600, time_ms};
    SATCHEL_TRY(written, sources::write_file(root, relative, there, look, content));
    if (written.outcome == sources::WriteOutcome::open)
        return Error{ErrorCode::busy, what + ": another program has it open"};
    if (written.outcome == sources::WriteOutcome::changed)
        return Error{ErrorCode::busy, what + ": it is changing"};
    return ok();
}

Result<control::RestoreResponse> bring_back_swept(engine::Replica& replica,
                                                  engine::SourceSlot& slot,
                                                  const control::SourceRestoreRequest& request) {
    control::RestoreResponse response;
    response.dry_run = request.dry_run;
    auto* tree = dynamic_cast<sources::FileTree*>(slot.source.get());
    if (tree == nullptr)
        return Error{ErrorCode::invalid_argument,
                     "restore files: '" + slot.declaration.name + "' is a database",
                     "satchelctl backup restore writes out its copies"};
    const Status done = replica.in_step([&](engine::Step& step) -> Status {
        engine::StoreMemory memory(step, slot.declaration.id);
        SATCHEL_TRY(found, tree->swept(request.pattern, !request.dry_run, memory));
        std::set<Bytes> keys;
        std::set<Sid> files;
        for (const auto& [sid, path] : found) {
            keys.insert(to_bytes(as_bytes(path)));
            files.insert(sid);
            ++response.count;
            if (response.written.size() < kToldMax)
                response.written.push_back(
                    (fs::path(slot.declaration.path) / tree->local_path(path)).string());
        }
        if (request.dry_run || found.empty()) return ok();
        // A key of lines begins with the file's identity.
        const auto is_wanted = [&](CollectionId, ByteView key) {
            if (keys.contains(to_bytes(key))) return true;
            const auto setting = sources::KeyName::decode(key);
            if (setting && keys.contains(to_bytes(as_bytes(setting->path)))) return true;
            const auto file =
                key.size() == 2 * Sid::kSize ? Sid::from(key.first(Sid::kSize)) : std::nullopt;
            return file && files.contains(*file);
        };
        SATCHEL_TRY(count, engine::bring_back(step, slot, is_wanted));
        (void)count;
        return ok();
    });
    if (!done) return done.error();
    return response;
}

Result<control::RestoreResponse> restore_stored(engine::Replica& replica,
                                                const control::SourceRestoreRequest& request) {
    control::RestoreResponse response;
    response.dry_run = request.dry_run;
    const fs::path to = request.to;
    std::error_code error;
    if (!to.is_absolute() || !fs::is_directory(to, error))
        return Error{ErrorCode::not_found,
                     "restore files: there is no folder " + escape_for_terminal(request.to),
                     "make it first; what is there is never overwritten"};
    for (const auto& [id, collection] : replica.ledger().collections()) {
        if (collection.source != request.name || collection.name != "files") continue;
        StoredFiles stored(replica, collection);
        SATCHEL_TRY(files, stored.list(request.pattern));
        for (const StoredFile& file : files) {
            if (!request.dry_run) {
                const RestorePlace place{to, {}};
                const Status done =
                    restore_file(place, file.path, file.time_ms, stored.content_of(file));
                if (!done) {
                    response.skipped.push_back({file.path, done.error().message});
                    continue;
                }
            }
            ++response.count;
            if (response.written.size() < kToldMax)
                response.written.push_back((to / file.path).string());
        }
    }
    return response;
}

}  // namespace satchel::app
