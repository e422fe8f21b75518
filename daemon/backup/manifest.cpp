#include "daemon/backup/manifest.h"

#include "shared/base/bytes.h"
#include "shared/platform/files.h"
#include "shared/platform/unique_fd.h"

#include <cerrno>
#include <charconv>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace satchel::backup {

namespace {

std::string encode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte != 0x7f && c != '%') {
            out += c;
            continue;
        }
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::optional<std::string> decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1) return std::nullopt;
        out += static_cast<char>((*byte)[0]);
        i += 2;
    }
    return out;
}

bool is_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

template <class T>
bool parse_number(std::string_view text, T& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string to_line(const BackupEntry& entry) {
    return std::to_string(entry.time_ms) + " " + std::to_string(entry.size_bytes) + " " +
           encode(entry.copy.filename().string()) + " " + encode(entry.source) + " " +
           encode(entry.path) + (entry.digest.empty() ? "" : " " + entry.digest);
}

std::optional<BackupEntry> from_line(std::string_view line) {
    std::vector<std::string_view> fields;
    while (true) {
        const std::size_t space = line.find(' ');
        fields.push_back(line.substr(0, space));
        if (space == std::string_view::npos) break;
        line.remove_prefix(space + 1);
    }
    BackupEntry entry;
    const bool has_digest = fields.size() == 6;
    if ((fields.size() != 5 && !has_digest) || !parse_number(fields[0], entry.time_ms) ||
        !parse_number(fields[1], entry.size_bytes))
        return std::nullopt;
    const auto copy = decode(fields[2]);
    const auto source = decode(fields[3]);
    const auto path = decode(fields[4]);
    if (!copy || !is_file_name(*copy) || !source || !path) return std::nullopt;
    if (has_digest && (fields[5].empty() || !from_hex(fields[5]))) return std::nullopt;
    if (has_digest) entry.digest = fields[5];
    entry.copy = *copy;
    entry.source = *source;
    entry.path = *path;
    return entry;
}

Result<std::vector<BackupEntry>> parse_manifest(std::string_view text, bool is_database) {
    std::vector<BackupEntry> entries;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        auto entry = end == std::string_view::npos ? std::nullopt : from_line(text.substr(0, end));
        if (!entry)
            return Error{ErrorCode::corrupt,
                         "read the manifest of a backup: line " +
                             std::to_string(entries.size() + 1) + " is damaged"};
        entry->is_database = is_database;
        entries.push_back(std::move(*entry));
        text.remove_prefix(end + 1);
    }
    return entries;
}

Result<std::string> load_manifest(const std::filesystem::path& folder, std::size_t bytes_max) {
    SATCHEL_TRY(bytes, platform::read_file(folder / "manifest", bytes_max));
    return std::string(as_text(bytes));
}

Status add_to_manifest(const std::filesystem::path& folder, const BackupEntry& entry) {
    const std::filesystem::path path = folder / "manifest";
    const platform::UniqueFd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open()) return errno_error("note a backup", errno);
    const std::string line = to_line(entry) + "\n";
    const ssize_t count = ::write(file.get(), line.data(), line.size());
    if (count != static_cast<ssize_t>(line.size()) || ::fsync(file.get()) != 0)
        return errno_error("note a backup", count < 0 ? errno : ENOSPC);
    return ok();
}

std::vector<BackupEntry> read_manifest(const std::filesystem::path& folder, bool is_database) {
    std::vector<BackupEntry> entries;
    std::ifstream in(folder / "manifest", std::ios::binary);
    for (std::string line; std::getline(in, line);) {
        auto entry = from_line(line);
        if (!entry) continue;
        entry->cycle = folder.filename().string();
        entry->copy = folder / entry->copy;
        entry->is_database = is_database;
        entries.push_back(std::move(*entry));
    }
    return entries;
}

}  // namespace satchel::backup
