#include "daemon/backup/backups.h"

#include "daemon/backup/copy.h"
#include "daemon/backup/manifest.h"
#include "shared/base/bytes.h"
#include "shared/base/hash.h"
#include "shared/platform/files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace satchel::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFiles = "files";
constexpr std::string_view kDatabases = "databases";
constexpr UnixMs kFilesKeptMs = 30LL * 24 * 60 * 60 * 1000;
constexpr std::uint64_t kFilesBytesMax = 2ull << 30;
constexpr UnixMs kCycleMs = 5 * 60 * 1000;

/// Folders of cycles, newest first.
std::vector<fs::path> cycle_folders(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (at->is_directory(error)) found.push_back(at->path());
    std::ranges::sort(found, std::greater<>());
    return found;
}

std::string cycle_name(UnixMs time_ms) {
    std::array<char, 24> digits{};
    std::snprintf(digits.data(), digits.size(), "%015lld", static_cast<long long>(time_ms));
    return digits.data();
}

UnixMs time_of(const fs::path& cycle) {
    return std::strtoll(cycle.filename().c_str(), nullptr, 10);
}

std::uint64_t bytes_in(const fs::path& folder) {
    std::uint64_t size = 0;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (at->is_regular_file(error)) size += at->file_size(error);
    return size;
}

Status remove_cycle(const fs::path& cycle) {
    std::error_code error;
    fs::remove_all(cycle, error);
    if (error) return errno_error("remove an old backup", error.value());
    return ok();
}

/// The error, after a folder made for the copy that failed is gone again.
Error without_traces(const fs::path& folder, Error failure) {
    std::error_code ignored;
    fs::remove(folder, ignored);  // only when it is empty
    return failure;
}

}  // namespace

Backups::Backups(fs::path folder, const Clock& clock) : folder_(std::move(folder)), clock_(clock) {}

Result<fs::path> Backups::cycle_folder(std::string_view kind) {
    const UnixMs now_ms = clock_.now_ms();
    const bool is_over = now_ms < cycle_began_ms_ || now_ms - cycle_began_ms_ >= kCycleMs;
    if (cycle_.empty() || is_over) {
        // A clock that was set back must not make new copies the oldest.
        UnixMs name_ms = now_ms;
        for (const std::string_view each : {kFiles, kDatabases})
            if (const auto folders = cycle_folders(folder_ / each); !folders.empty())
                name_ms = std::max(name_ms, time_of(folders.front()) + 1);
        cycle_ = cycle_name(name_ms);
        cycle_began_ms_ = now_ms;
        databases_.clear();
        // Housekeeping must not stand in the way of a backup.
        static_cast<void>(prune());
    }
    const fs::path folder = folder_ / kind / cycle_;
    for (const fs::path& part : {folder_, folder_ / kind, folder})
        if (Status status = platform::ensure_private_directory(part); !status)
            return status.error();
    return folder;
}

void Backups::end_cycle() {
    cycle_.clear();
}

Status Backups::take_file(std::string_view source, const fs::path& root, const fs::path& relative) {
    SATCHEL_TRY(folder, cycle_folder(kFiles));
    auto made = copy_file_into(root / relative, folder);
    if (!made) return without_traces(folder, std::move(made).error());
    const Copied copied = std::move(*made);
    BackupEntry entry;
    entry.source = source;
    entry.path = relative.string();
    entry.size_bytes = copied.size_bytes;
    entry.time_ms = clock_.now_ms();
    entry.copy = copied.name;
    return add_to_manifest(folder, entry);
}

Status Backups::take_database(std::string_view source, const fs::path& path) {
    SATCHEL_TRY(folder, cycle_folder(kDatabases));
    if (databases_.contains(path.string())) return ok();
    Bytes hash;
    ByteWriter(hash).u64(hash64(as_bytes(path.string())));
    auto made = copy_database(path, folder / (to_hex(hash) + ".db"));
    if (!made) return without_traces(folder, std::move(made).error());
    const Copied copied = std::move(*made);
    BackupEntry entry;
    entry.source = source;
    entry.path = path.string();
    entry.size_bytes = copied.size_bytes;
    entry.time_ms = clock_.now_ms();
    entry.copy = copied.name;
    if (Status status = add_to_manifest(folder, entry); !status) return status;
    databases_.insert(path.string());
    return ok();
}

Result<std::vector<BackupEntry>> Backups::list() const {
    std::vector<BackupEntry> all;
    for (const std::string_view kind : {kFiles, kDatabases})
        for (const fs::path& cycle : cycle_folders(folder_ / kind))
            for (BackupEntry& entry : read_manifest(cycle, kind == kDatabases))
                all.push_back(std::move(entry));
    std::ranges::stable_sort(all, std::greater<>(), &BackupEntry::cycle);
    return all;
}

std::optional<UnixMs> Backups::newest_database(const fs::path& path) const {
    std::error_code error;
    for (const fs::path& cycle : cycle_folders(folder_ / kDatabases))
        for (const BackupEntry& entry : read_manifest(cycle, true))
            if (entry.path == path.string() && fs::exists(entry.copy, error)) return entry.time_ms;
    return std::nullopt;
}

/// Some databases are copied in every cycle and some once a day: each keeps its own newest.
Status Backups::prune_databases() const {
    std::map<std::string, std::size_t> copies;
    for (const fs::path& cycle : cycle_folders(folder_ / kDatabases)) {
        bool is_needed = cycle.filename() == cycle_;
        for (const BackupEntry& entry : read_manifest(cycle, true))
            is_needed = ++copies[entry.path] <= kept_ || is_needed;
        if (is_needed) continue;
        if (Status status = remove_cycle(cycle); !status) return status;
    }
    return ok();
}

Status Backups::prune() {
    if (Status status = prune_databases(); !status) return status;
    const auto files = cycle_folders(folder_ / kFiles);
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        size += bytes_in(files[i]);
        const bool is_old = clock_.now_ms() - time_of(files[i]) > kFilesKeptMs;
        if (i < kept_ || (!is_old && size <= kFilesBytesMax)) continue;
        if (Status status = remove_cycle(files[i]); !status) return status;
    }
    return ok();
}

Status verify(const BackupEntry& entry) {
    if (entry.is_database) {
        const Status good = check_database(entry.copy);
        if (good) return good;
        return Error{
            good.error().code == ErrorCode::not_found ? ErrorCode::not_found : ErrorCode::corrupt,
            "the copy of " + entry.path + " is damaged or gone"};
    }
    const auto name = content_name(entry.copy);
    if (!name) return Error{name.error().code, "the copy of " + entry.path + " cannot be read"};
    if (*name != entry.copy.filename().string())
        return Error{ErrorCode::corrupt, "the copy of " + entry.path + " is damaged"};
    return ok();
}

Status copy_out(const BackupEntry& entry, const fs::path& target) {
    std::error_code error;
    if (fs::exists(target, error))
        return Error{ErrorCode::already_exists, "write " + target.string() + ": it is there"};
    const auto copied = copy_database(entry.copy, target);
    return copied ? ok() : Status(copied.error());
}

}  // namespace satchel::backup
