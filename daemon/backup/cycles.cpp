#include "daemon/backup/cycles.h"

#include "daemon/backup/archive.h"
#include "daemon/backup/manifest.h"
#include "shared/platform/files.h"

#include <algorithm>
#include <cstdlib>

namespace satchel::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kArchiveEnd = ".zip";

fs::path archive_of(const fs::path& folder) {
    return folder.string() + std::string(kArchiveEnd);
}

/// Names that begin so are not looked at: work that is not finished.
fs::path hidden(const fs::path& path, std::string_view what) {
    return path.parent_path() / ("." + path.filename().string() + "." + std::string(what));
}

/// Times in milliseconds, which is all we ever call one.
bool is_cycle_name(std::string_view name) {
    return !name.empty() && name.size() <= 18 &&
           name.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

UnixMs CyclePlace::time_ms() const {
    return std::strtoll(name.c_str(), nullptr, 10);
}

std::uint64_t CyclePlace::bytes() const {
    std::error_code error;
    if (is_archive) {
        const std::uintmax_t size = fs::file_size(path, error);
        return error ? 0 : size;
    }
    std::uint64_t size = 0;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
        if (at->is_regular_file(error)) size += at->file_size(error);
    return size;
}

Result<std::vector<BackupEntry>> CyclePlace::entries(bool is_database) const {
    if (!is_archive) return read_manifest(path, is_database);
    SATCHEL_TRY(archive, Archive::open(path));
    SATCHEL_TRY(entries, archive.entries(is_database));
    for (BackupEntry& entry : entries) {
        entry.cycle = name;
        entry.archive = path;
    }
    return entries;
}

Status CyclePlace::remove() const {
    std::error_code error;
    fs::remove_all(path, error);
    // A folder whose archive was put beside it, and not yet in its place.
    if (!error && !is_archive) fs::remove(archive_of(path), error);
    if (error) return errno_error("remove an old backup", error.value());
    return ok();
}

std::vector<CyclePlace> find_cycles(const fs::path& folder) {
    std::vector<CyclePlace> found;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const fs::path& path = at->path();
        const bool is_archive = path.extension() == kArchiveEnd;
        const std::string name = (is_archive ? path.stem() : path.filename()).string();
        if (!is_cycle_name(name)) continue;
        std::error_code unknown;
        if (is_archive && !fs::is_directory(folder / name, unknown))
            found.push_back({name, path, true});
        else if (!is_archive && at->is_directory(unknown))
            found.push_back({name, path, false});
    }
    std::ranges::sort(found, std::greater<>(), &CyclePlace::name);
    return found;
}

void sweep_leftovers(const fs::path& folder) {
    std::vector<fs::path> left;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (at->path().filename().string().starts_with('.')) left.push_back(at->path());
    for (const fs::path& path : left) fs::remove_all(path, error);
}

fs::path unfinished_archive(const fs::path& folder, std::uint64_t number) {
    return hidden(folder, "unfinished" + std::to_string(number));
}

Status replace_by_archive(const fs::path& folder, const fs::path& archive) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {  // not needed any more
        fs::remove(archive, error);
        return ok();
    }
    // Each step is durable before the next: the copies go when the archive cannot be lost any more.
    const fs::path parent = folder.parent_path();
    const fs::path folded = hidden(folder, "folded");
    fs::rename(archive, archive_of(folder), error);
    if (error) return errno_error("put an archive of backups in its place", error.value());
    if (Status status = platform::sync_directory(parent); !status) return status;
    fs::rename(folder, folded, error);
    if (error) return errno_error("put an archive of backups in its place", error.value());
    if (Status status = platform::sync_directory(parent); !status) return status;
    fs::remove_all(folded, error);
    return ok();
}

}  // namespace satchel::backup
