// Folding a cycle's copies into one zip. The library writes to a name of its own and renames when
// it is done; nothing is taken for finished before every byte was read again from the result.
#include "daemon/backup/archive.h"
#include "daemon/backup/manifest.h"
#include "shared/platform/files.h"

#include <cerrno>
#include <map>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

namespace satchel::backup {

namespace fs = std::filesystem;

namespace {

struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

using Writer = std::unique_ptr<zip_t, Discard>;

/// The library's own choice takes six times as long for an eighth less.
constexpr zip_uint32_t kLevel = 3;

/// The errno inside an error of the library.
constexpr auto errno_of = zip_error_code_system;

Error failure(zip_t* archive) {
    zip_error_t* const error = zip_get_error(archive);
    const std::string attempted = "write an archive of backups";
    if (zip_error_code_zip(error) == ZIP_ER_CANCELLED)
        return {ErrorCode::interrupted, attempted + ": interrupted"};
    if (zip_error_system_type(error) == ZIP_ET_SYS) return errno_error(attempted, errno_of(error));
    return {ErrorCode::io, attempted + ": " + zip_error_strerror(error)};
}

/// What the archive will hold: the entries with their digests, and the text that lists them.
struct Content {
    std::vector<BackupEntry> entries;
    std::map<std::string, Digest> copies;
    std::string manifest;
};

Result<Digest> digest_of_copy(const fs::path& path, const Stop& stop) {
    const platform::UniqueFd file(
        ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open()) return errno_error("archive a backup", errno);
    return digest_of(file.get(), [&](ByteView) -> Status {
        if (stop && stop()) return Error{ErrorCode::interrupted, "archive a backup: interrupted"};
        return ok();
    });
}

/// Damage of a copy is not folded: it stays where `backup verify` finds it.
Result<Content> look_at_copies(const fs::path& folder, bool is_database, const Stop& stop) {
    Content content;
    SATCHEL_TRY(text, load_manifest(folder, kManifestBytesMax / 2));
    SATCHEL_TRY(entries, parse_manifest(text, is_database));
    std::uint64_t bytes = 0;
    for (BackupEntry& entry : entries) {
        const std::string name = entry.copy.string();
        auto found = content.copies.find(name);
        if (found == content.copies.end()) {
            SATCHEL_TRY(digest, digest_of_copy(folder / name, stop));
            bytes += digest.size;
            found = content.copies.emplace(name, digest).first;
        }
        const bool is_whole =
            found->second.size == entry.size_bytes && (is_database || found->second.name() == name);
        if (!is_whole)
            return Error{ErrorCode::corrupt, "archive a backup: a copy of it is damaged"};
        entry.digest = found->second.name();
        content.manifest += to_line(entry) + "\n";
    }
    content.entries = std::move(entries);
    if (content.copies.size() >= kMembersMax ||
        bytes + content.manifest.size() > kArchiveBytesMax ||
        content.manifest.size() > kManifestBytesMax)
        return Error{ErrorCode::too_large, "archive a backup: it is too large for one archive"};
    return content;
}

Status add(zip_t* archive, const std::string& name, zip_source_t* source, UnixMs time_ms) {
    if (source == nullptr) return failure(archive);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    if (index < 0) {
        zip_source_free(source);
        return failure(archive);
    }
    const auto at = static_cast<zip_uint64_t>(index);
    constexpr zip_uint32_t kPrivateFile = (S_IFREG | 0600u) << 16;
    const bool is_set =
        zip_set_file_compression(archive, at, ZIP_CM_DEFLATE, kLevel) == 0 &&
        zip_file_set_external_attributes(archive, at, 0, ZIP_OPSYS_UNIX, kPrivateFile) == 0 &&
        zip_file_set_mtime(archive, at, static_cast<time_t>(time_ms / 1000), 0) == 0;
    return is_set ? ok() : Status(failure(archive));
}

Status write(const Content& content, const fs::path& folder, const fs::path& to, const Stop& stop) {
    int code = 0;
    Writer archive(zip_open(to.c_str(), ZIP_CREATE | ZIP_EXCL, &code));
    if (!archive) return Error{ErrorCode::io, "write an archive of backups: it cannot be made"};
    const UnixMs time_ms = content.entries.empty() ? 0 : content.entries.front().time_ms;
    const auto& text = content.manifest;
    if (Status status = add(archive.get(),
                            std::string(kManifestName),
                            zip_source_buffer(archive.get(), text.data(), text.size(), 0),
                            time_ms);
        !status)
        return status;
    for (const auto& [name, digest] : content.copies) {
        zip_source_t* const source = zip_source_file(archive.get(), (folder / name).c_str(), 0, -1);
        if (Status status = add(archive.get(), name, source, time_ms); !status) return status;
    }
    if (stop)
        zip_register_cancel_callback_with_state(
            archive.get(),
            [](zip_t*, void* asked) { return (*static_cast<const Stop*>(asked))() ? 1 : 0; },
            nullptr,
            const_cast<Stop*>(&stop));
    if (zip_close(archive.get()) != 0) return failure(archive.get());
    static_cast<void>(archive.release());  // closed is gone
    return ok();
}

Status make_durable(const fs::path& path) {
    const platform::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open() || ::fchmod(file.get(), 0600) != 0 || ::fsync(file.get()) != 0)
        return errno_error("write an archive of backups", errno);
    return ok();
}

/// The archive gives back what was put in, by its own checks and by our digests.
Status compare(const Content& content, bool is_database, const fs::path& path, const Stop& stop) {
    SATCHEL_TRY(archive, Archive::open(path));
    SATCHEL_TRY(entries, archive.entries(is_database));
    bool is_same = entries.size() == content.entries.size();
    for (std::size_t i = 0; is_same && i < entries.size(); ++i)
        is_same = to_line(entries[i]) == to_line(content.entries[i]);
    for (const auto& [name, wanted] : content.copies) {
        if (!is_same) break;
        SATCHEL_TRY(digest, archive.read(name, [&](ByteView) -> Status {
            if (stop && stop())
                return Error{ErrorCode::interrupted, "archive a backup: interrupted"};
            return ok();
        }));
        is_same = digest == wanted;
    }
    if (!is_same)
        return Error{ErrorCode::corrupt, "archive a backup: the archive is not what was put in"};
    return ok();
}

}  // namespace

Status write_archive(const fs::path& folder,
                     bool is_database,
                     const fs::path& target,
                     const Stop& stop) {
    SATCHEL_TRY(content, look_at_copies(folder, is_database, stop));
    Status done = write(content, folder, target, stop);
    if (done) done = make_durable(target);
    if (done) done = compare(content, is_database, target, stop);
    std::error_code ignored;
    if (!done) fs::remove(target, ignored);
    return done;
}

}  // namespace satchel::backup
