#include "shared/log/rotation.h"

#include "shared/log/line.h"

#include <algorithm>
#include <charconv>

namespace satchel::log {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEnd = ".log";
constexpr std::string_view kPacked = ".zip";
constexpr std::size_t kDayLength = 10;

bool is_day(std::string_view text) {
    if (text.size() != kDayLength) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 4 || i == 7;
        if (is_dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
    }
    return true;
}

/// Letters that are safe in a file name; others become "-".
std::string plain_name(std::string_view name) {
    std::string plain(name.substr(0, 64));
    for (char& letter : plain) {
        const bool is_safe = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                             (letter >= '0' && letter <= '9') || letter == '_';
        if (!is_safe) letter = '-';
    }
    return plain.empty() ? "machine" : plain;
}

/// Takes "satcheld-atlas-2026-03-01.1.log.zip" apart; false when it is no such name.
bool read_name(std::string_view name, std::string_view stem, AsideFile& file) {
    file.is_packed = name.ends_with(kPacked);
    if (file.is_packed) name.remove_suffix(kPacked.size());
    if (!name.ends_with(kEnd) || !name.starts_with(stem)) return false;
    name.remove_suffix(kEnd.size());
    name.remove_prefix(stem.size());
    if (!name.starts_with('-')) return false;
    if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) {
        const std::string_view number = name.substr(dot + 1);
        const auto [end, failed] =
            std::from_chars(number.data(), number.data() + number.size(), file.number);
        if (failed != std::errc{} || end != number.data() + number.size()) return false;
        name = name.substr(0, dot);
    }
    // "-", a machine, "-", a day.
    if (name.size() < kDayLength + 3 || name[name.size() - kDayLength - 1] != '-') return false;
    if (!is_day(name.substr(name.size() - kDayLength))) return false;
    file.day = name.substr(name.size() - kDayLength);
    return true;
}

}  // namespace

std::string local_day(UnixMs time_ms) {
    return to_local_time(time_ms).substr(0, kDayLength);
}

std::vector<AsideFile> files_aside(const fs::path& active) {
    std::vector<AsideFile> files;
    const std::string stem = active.stem().string();
    std::error_code failed;
    for (auto entry = fs::directory_iterator(active.parent_path(), failed);
         !failed && entry != fs::directory_iterator();
         entry.increment(failed)) {
        AsideFile file{entry->path(), {}, 0, false};
        if (read_name(file.path.filename().string(), stem, file)) files.push_back(std::move(file));
    }
    std::ranges::sort(files, [](const AsideFile& one, const AsideFile& other) {
        return std::tie(one.day, one.number) < std::tie(other.day, other.number);
    });
    return files;
}

Status put_aside(const fs::path& active, std::string_view machine, const std::string& day) {
    unsigned number = 0;
    for (const AsideFile& file : files_aside(active))
        if (file.day == day) number = std::max(number, file.number + 1);
    const std::string name = active.stem().string() + "-" + plain_name(machine) + "-" + day +
                             (number == 0 ? "" : "." + std::to_string(number)) + std::string(kEnd);
    std::error_code failed;
    fs::rename(active, active.parent_path() / name, failed);
    if (failed)
        return Error{ErrorCode::io, "put the log aside as '" + name + "': " + failed.message()};
    return ok();
}

void prune(const fs::path& active, const Bounds& bounds, UnixMs now_ms) {
    constexpr std::int64_t kDayMs = 86'400'000;
    const std::string oldest = local_day(now_ms - bounds.days * kDayMs);
    std::error_code ignored;
    std::vector<AsideFile> files = files_aside(active);
    std::uint64_t bytes = 0;
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        const std::uintmax_t size = fs::file_size(file->path, ignored);
        bytes += ignored ? 0 : size;
        if (file->day < oldest || bytes > bounds.bytes) fs::remove(file->path, ignored);
    }
}

}  // namespace satchel::log
