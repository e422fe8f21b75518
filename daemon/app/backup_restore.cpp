// Putting copies back where they were, or into another folder.
#include "daemon/app/backup_work.h"
#include "daemon/app/restore.h"
#include "daemon/backup/copy.h"
#include "daemon/backup/copy_reader.h"
#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/slug.h"
#include "daemon/sources/file_tree/tree_dir.h"
#include "shared/base/time_text.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace satchel::app {

namespace {

constexpr std::size_t kToldMax = 1'000;
constexpr std::string_view kLast = "last";
/// What a pull writes right after a copy has the time of an edit elsewhere, by a clock there.
constexpr UnixMs kClockPlayMs = 2'000;
/// Settings and instructions are smaller; of the rest only the mode counts.
constexpr std::size_t kLookedAtMax = 512u << 10;

/// The copies that are asked for.
Result<std::vector<backup::BackupEntry>> choose(const backup::Backups& backups,
                                                const control::BackupRestoreRequest& request) {
    backup::Copies copies = list_copies(backups);
    std::vector<backup::BackupEntry> entries = std::move(copies.entries);
    std::string cycle = cycle_of(request.cycle);
    if (cycle == kLast && !entries.empty()) cycle = entries.front().cycle;
    for (const backup::RefusedCycle& one : copies.refused)
        if (request.id.empty() && one.cycle == cycle)
            return Error{one.reason.code,
                         "restore a backup: cycle " + cycle + ": " + one.reason.message,
                         "nothing of it is written"};
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

    /// Takes the copies that would meet in one file on some systems out of `entries`.
    void leave_out_twins(std::vector<backup::BackupEntry>& entries) {
        std::map<std::pair<std::string, std::u32string>, std::size_t> names;
        for (const backup::BackupEntry& entry : entries)
            if (!entry.is_database) ++names[{entry.source, folded(entry.path)}];
        std::erase_if(entries, [&](const backup::BackupEntry& entry) {
            if (entry.is_database || names[{entry.source, folded(entry.path)}] == 1) return false;
            skip(entry,
                 {ErrorCode::refused,
                  "the name of another copy differs from its name only in the case or the form of "
                  "letters; put one back by its id"});
            return true;
        });
    }

    /// Takes the copies that cannot be used out of `entries`, before anything is written.
    void leave_out_damaged(std::vector<backup::BackupEntry>& entries) {
        std::erase_if(entries, [&](const backup::BackupEntry& entry) {
            const Status good = reader_.verify(entry);
            if (!good) skip(entry, good.error());
            return !good;
        });
    }

    void add(const backup::BackupEntry& entry) {
        const Status done = entry.is_database ? database(entry) : file(entry);
        if (!done) return skip(entry, done.error());
        ++response.count;
        if (response.written.size() < kToldMax) response.written.push_back(target_.string());
    }

    control::RestoreResponse response;
    ErrorCode last_reason = ErrorCode::failed;

  private:
    void skip(const backup::BackupEntry& entry, const Error& reason) {
        last_reason = reason.code;
        if (response.skipped.size() < kToldMax)
            response.skipped.push_back({entry.source + ": " + entry.path, reason.message});
    }

    Status file(const backup::BackupEntry& entry) {
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
        if (Status status = check_present(entry, *slot); !status) return status;
        if (request_.dry_run) return ok();
        Status done = write(place, entry);
        if (done) slot->source->hint(target_);
        return done;
    }

    /// What a person has to say before the file here is replaced.
    Status check_present(const backup::BackupEntry& entry, const engine::SourceSlot& slot) {
        SATCHEL_TRY(root, sources::TreeDir::open(slot.declaration.path));
        SATCHEL_TRY(there, root.find_local(entry.path));
        const auto content = backup::content_name(target_);
        if (content && *content == copied_name(entry)) return ok();
        const UnixMs changed_ms = there ? there->mtime_ns / 1'000'000 : 0;
        if (!request_.force && changed_ms > entry.time_ms + kClockPlayMs)
            return Error{ErrorCode::conflict,
                         "what is here was written later, " + to_rfc3339(changed_ms) + ", " +
                             std::to_string(there->size) + " bytes; the copy is of " +
                             to_rfc3339(entry.time_ms) + ", " + std::to_string(entry.size_bytes) +
                             " bytes; --force puts it over that"};
        if (request_.approve) return ok();
        std::string before;
        if (there && there->kind == sources::FileKind::regular && there->size <= kLookedAtMax) {
            SATCHEL_TRY(file, root.open_local_file(entry.path));
            SATCHEL_TRY(bytes, sources::read_at(file.get(), 0, kLookedAtMax));
            before = as_text(bytes);
        }
        std::optional<std::string> after;
        if (entry.size_bytes <= kLookedAtMax) {
            after.emplace();
            const Status read = reader_.read(entry, [&](ByteView bytes) {
                *after += as_text(bytes);
                return ok();
            });
            if (!read) return read;
        }
        const auto* tree = dynamic_cast<const sources::FileTree*>(slot.source.get());
        if (tree == nullptr) return ok();
        const auto active =
            tree->active_changes(entry.path, before, after, there && (there->mode & 0111) != 0);
        if (active.empty()) return ok();
        return Error{ErrorCode::conflict,
                     "it can run code, other than what is here (" + listed(active) +
                         "); look at it with --to FOLDER, then satchelctl backup restore " +
                         backup_id(entry) + " --approve"};
    }

    static std::string listed(const std::vector<std::string>& names) {
        constexpr std::size_t kNamed = 5;
        std::string text;
        for (std::size_t i = 0; i < std::min(kNamed, names.size()); ++i)
            text += (i == 0 ? "" : ", ") + names[i];
        return names.size() > kNamed ? text + " and others" : text;
    }

    /// The name that a copy of the same content has.
    static std::string copied_name(const backup::BackupEntry& entry) {
        return entry.copy.filename().string();
    }

    /// Equal for names that some file system takes for one.
    static std::u32string folded(const std::string& path) {
        std::u32string text = sources::compose_text(path);
        for (char32_t& c : text)
            if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
        return text;
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
        if (request_.dry_run) return ok();
        return reader_.copy_out(entry, target_);
    }

    Status write(const RestorePlace& place, const backup::BackupEntry& entry) {
        const Content content = [&](const std::function<Status(ByteView)>& sink) {
            return reader_.read(entry, sink);
        };
        return restore_file(place, entry.path, entry.time_ms, content);
    }

    DeviceApp& app_;
    const control::BackupRestoreRequest& request_;
    backup::CopyReader reader_;
    std::filesystem::path target_;
};

}  // namespace

Result<control::RestoreResponse> restore_copies(DeviceApp& app,
                                                const control::BackupRestoreRequest& request) {
    if (request.id.empty() == request.cycle.empty())
        return Error{ErrorCode::invalid_argument,
                     "restore a backup: give either the id of a copy or a cycle",
                     "satchelctl backup list shows both"};
    if (request.approve && request.id.empty())
        return Error{ErrorCode::invalid_argument,
                     "restore a backup: only the copy that an id names can be approved",
                     "satchelctl backup list shows the ids"};
    std::error_code error;
    if (!request.to.empty() && !std::filesystem::is_directory(request.to, error))
        return Error{ErrorCode::not_found,
                     "restore a backup: there is no folder " + escape_for_terminal(request.to),
                     "make it first"};
    SATCHEL_TRY(chosen, choose(app.surroundings().backups, request));
    // What this displaces is a cycle of its own, to be taken back in turn.
    if (!request.dry_run) app.surroundings().backups.end_cycle();
    Restoration restoration(app, request);
    restoration.leave_out_twins(chosen);
    restoration.leave_out_damaged(chosen);
    for (const backup::BackupEntry& entry : chosen) restoration.add(entry);
    // One copy that cannot be put back is an error; of many the rest is told.
    if (!request.id.empty() && restoration.response.count == 0) {
        const bool is_question = restoration.last_reason == ErrorCode::conflict;
        return Error{is_question ? ErrorCode::conflict : ErrorCode::failed,
                     restoration.response.skipped.front().reason};
    }
    return std::move(restoration.response);
}

}  // namespace satchel::app
