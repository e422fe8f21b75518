#include "daemon/backup/backups.h"

#include "daemon/backup/copy.h"
#include "daemon/backup/cycles.h"
#include "daemon/backup/manifest.h"
#include "shared/base/bytes.h"
#include "shared/base/hash.h"
#include "shared/platform/files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <map>
#include <utility>

namespace satchel::backup {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFiles = "files";
constexpr std::string_view kDatabases = "databases";
constexpr UnixMs kFilesKeptMs = 30LL * 24 * 60 * 60 * 1000;
constexpr std::uint64_t kFilesBytesMax = 2ull << 30;
constexpr UnixMs kCycleMs = 5 * 60 * 1000;

std::string cycle_name(UnixMs time_ms) {
    std::array<char, 24> digits{};
    std::snprintf(digits.data(), digits.size(), "%015lld", static_cast<long long>(time_ms));
    return digits.data();
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
    if (cycle_.empty() || is_cycle_over()) {
        // A clock that was set back must not make new copies the oldest.
        UnixMs name_ms = now_ms;
        for (const std::string_view each : {kFiles, kDatabases})
            if (const auto cycles = find_cycles(folder_ / each); !cycles.empty())
                name_ms = std::max(name_ms, cycles.front().time_ms() + 1);
        cycle_ = cycle_name(name_ms);
        cycle_began_ms_ = now_ms;
        databases_.clear();
        may_have_plain_ = true;
        // Housekeeping must not stand in the way of a backup.
        static_cast<void>(prune());
    }
    const fs::path folder = folder_ / kind / cycle_;
    for (const fs::path& part : {folder_, folder_ / kind, folder})
        if (Status status = platform::ensure_private_directory(part); !status)
            return status.error();
    return folder;
}

bool Backups::is_cycle_over() const {
    const UnixMs now_ms = clock_.now_ms();
    return now_ms < cycle_began_ms_ || now_ms - cycle_began_ms_ >= kCycleMs;
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

Copies Backups::look() const {
    Copies all;
    for (const std::string_view kind : {kFiles, kDatabases}) {
        for (const CyclePlace& cycle : find_cycles(folder_ / kind)) {
            auto entries = cycle.entries(kind == kDatabases);
            if (!entries) {
                all.refused.push_back({cycle.name, std::move(entries).error()});
                continue;
            }
            std::ranges::move(*entries, std::back_inserter(all.entries));
        }
    }
    std::ranges::stable_sort(all.entries, std::greater<>(), &BackupEntry::cycle);
    return all;
}

std::optional<UnixMs> Backups::newest_database(const fs::path& path) const {
    std::error_code error;
    for (const CyclePlace& cycle : find_cycles(folder_ / kDatabases)) {
        const auto entries = cycle.entries(true);
        if (!entries) continue;
        for (const BackupEntry& entry : *entries) {
            const bool is_there = cycle.is_archive || fs::exists(entry.copy, error);
            if (entry.path == path.string() && is_there) return entry.time_ms;
        }
    }
    return std::nullopt;
}

std::optional<Backups::Foldable> Backups::next_to_fold() {
    if (!cycle_.empty() && is_cycle_over()) end_cycle();
    if (!may_have_plain_) return std::nullopt;
    if (!std::exchange(is_swept_, true))
        for (const std::string_view kind : {kFiles, kDatabases}) sweep_leftovers(folder_ / kind);
    for (const std::string_view kind : {kFiles, kDatabases}) {
        for (const CyclePlace& cycle : find_cycles(folder_ / kind)) {
            if (cycle.is_archive || cycle.name == cycle_) continue;
            if (!given_out_.insert(cycle.path).second) continue;
            return Foldable{
                cycle.path, kind == kDatabases, unfinished_archive(cycle.path, given_out_.size())};
        }
    }
    may_have_plain_ = !cycle_.empty();
    return std::nullopt;
}

Status Backups::put_archive(const Foldable& folded) {
    return replace_by_archive(folded.folder, folded.archive);
}

/// Some databases are copied in every cycle and some once a day: each keeps its own newest.
Status Backups::prune_databases() const {
    std::map<std::string, std::size_t> copies;
    for (const CyclePlace& cycle : find_cycles(folder_ / kDatabases)) {
        const auto entries = cycle.entries(true);
        bool is_needed =
            cycle.name == cycle_ || !entries;  // what is refused is a person's to remove
        for (const BackupEntry& entry : entries ? *entries : std::vector<BackupEntry>{})
            is_needed = ++copies[entry.path] <= kept_ || is_needed;
        if (is_needed) continue;
        if (Status status = cycle.remove(); !status) return status;
    }
    return ok();
}

Status Backups::prune() {
    if (Status status = prune_databases(); !status) return status;
    const auto files = find_cycles(folder_ / kFiles);
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        size += files[i].bytes();
        const bool is_old = clock_.now_ms() - files[i].time_ms() > kFilesKeptMs;
        if (i < kept_ || (!is_old && size <= kFilesBytesMax)) continue;
        if (Status status = files[i].remove(); !status) return status;
    }
    return ok();
}

}  // namespace satchel::backup
