#include "daemon/backup/archive.h"

#include "daemon/backup/manifest.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

namespace satchel::backup {

namespace {

struct CloseEntry {
    void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

Error failure(std::string_view name, std::string_view detail) {
    return {
        ErrorCode::corrupt,
        "read an archive of backups: entry '" + std::string(name) + "': " + std::string(detail)};
}

Result<Bytes> read_exactly(int fd, std::uint64_t offset, std::size_t count) {
    Bytes bytes(count);
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got =
            ::pread(fd, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_error("read an archive of backups", errno);
        if (got == 0)
            return Error{ErrorCode::corrupt, "read an archive of backups: it is cut short"};
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

/// The library's view of an open file, which it closes; null when it refuses it.
zip_t* open_library(int fd) {
    FILE* const file = ::fdopen(fd, "rb");
    if (file == nullptr) {
        ::close(fd);
        return nullptr;
    }
    zip_source_t* const source = zip_source_filep_create(file, 0, -1, nullptr);
    if (source == nullptr) {
        ::fclose(file);
        return nullptr;
    }
    zip_t* const archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, nullptr);
    if (archive == nullptr) zip_source_free(source);
    return archive;
}

/// Fills `block` from the entry as far as that goes.
Result<std::size_t> fill(zip_file_t* entry, Bytes& block, const std::string& name) {
    std::size_t done = 0;
    while (done < block.size()) {
        const zip_int64_t got = zip_fread(entry, block.data() + done, block.size() - done);
        if (got < 0) return failure(name, zip_error_strerror(zip_file_get_error(entry)));
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

}  // namespace

void Archive::Close::operator()(zip* archive) const {
    zip_discard(archive);
}

Result<Archive> Archive::open(const std::filesystem::path& path) {
    platform::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open()) return errno_error("read an archive of backups", errno);
    return open(std::move(file));
}

Result<Archive> Archive::open(platform::UniqueFd file) {
    struct stat stat {};

    if (::fstat(file.get(), &stat) != 0 || !S_ISREG(stat.st_mode))
        return Error{ErrorCode::refused, "read an archive of backups: it is no ordinary file"};
    const ReadAt read = [&](std::uint64_t offset, std::size_t count) {
        return read_exactly(file.get(), offset, count);
    };
    SATCHEL_TRY(claims, look_at_archive(read, static_cast<std::uint64_t>(stat.st_size)));
    const int own = ::fcntl(file.get(), F_DUPFD_CLOEXEC, 0);
    if (own < 0) return errno_error("read an archive of backups", errno);
    Archive archive;
    archive.zip_.reset(open_library(own));
    if (!archive.zip_)
        return Error{ErrorCode::corrupt, "read an archive of backups: the library refuses it"};
    archive.file_ = std::move(file);
    // What the library sees has to be what was looked at.
    bool is_same =
        zip_get_num_entries(archive.zip_.get(), 0) == static_cast<zip_int64_t>(claims.size());
    for (std::size_t i = 0; is_same && i < claims.size(); ++i) {
        zip_stat_t seen;
        is_same = zip_stat_index(archive.zip_.get(), i, 0, &seen) == 0 &&
                  claims[i].name == seen.name && claims[i].size_bytes == seen.size &&
                  claims[i].crc == seen.crc;
        archive.members_.emplace(claims[i].name, Member{i, claims[i]});
    }
    if (!is_same)
        return Error{ErrorCode::corrupt, "read an archive of backups: it can be read in two ways"};
    return archive;
}

Result<Digest> Archive::read(const std::string& name, const Sink& sink) const {
    const auto found = members_.find(name);
    if (found == members_.end())
        return Error{
            ErrorCode::not_found,
            "read an archive of backups: there is no entry '" + escape_for_terminal(name) + "'"};
    const Member& member = found->second;
    const std::unique_ptr<zip_file_t, CloseEntry> entry(
        zip_fopen_index(zip_.get(), member.index, 0));
    if (!entry) return failure(name, zip_strerror(zip_.get()));
    Digest digest;
    // One byte more than is claimed is asked for: it must not be there, and the checksum is
    // compared where the content ends.
    while (digest.size <= member.claim.size_bytes) {
        const std::uint64_t left = member.claim.size_bytes - digest.size;
        Bytes block(std::min<std::uint64_t>(left + 1, Digest::kBlock));
        SATCHEL_TRY(count, fill(entry.get(), block, name));
        if (count > left) return failure(name, "it is longer than it claims");
        if (count < std::min<std::uint64_t>(left, block.size()))
            return failure(name, "it is shorter than it claims");
        if (count == 0) return digest;
        const ByteView bytes = ByteView(block).first(count);
        digest.add(bytes);
        if (sink)
            if (Status status = sink(bytes); !status) return status.error();
    }
    return failure(name, "it is longer than it claims");
}

Result<std::vector<BackupEntry>> Archive::entries(bool is_database) const {
    std::string text;
    const Status read_all = [&]() -> Status {
        SATCHEL_TRY(digest, read(std::string(kManifestName), [&](ByteView bytes) {
                        text += as_text(bytes);
                        return ok();
                    }));
        (void)digest;
        return ok();
    }();
    if (!read_all) return read_all.error();
    SATCHEL_TRY(entries, parse_manifest(text, is_database));
    std::set<std::string> named;
    for (const BackupEntry& entry : entries) {
        const std::string copy = entry.copy.string();
        const auto member = members_.find(copy);
        if (member == members_.end() || copy == kManifestName)
            return failure(kManifestName, "it names a copy that is not there");
        if (entry.digest.empty() || member->second.claim.size_bytes != entry.size_bytes)
            return failure(copy, "its size is not that of what was copied");
        named.insert(copy);
    }
    for (const auto& [name, member] : members_)
        if (name != kManifestName && !named.contains(name))
            return failure(name, "the manifest does not know it");
    return entries;
}

}  // namespace satchel::backup
