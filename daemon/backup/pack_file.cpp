#include "daemon/backup/pack_file.h"

#include <memory>

#include <sys/stat.h>
#include <zip.h>

namespace satchel::backup {

namespace fs = std::filesystem;

namespace {

struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

Error failed(const fs::path& path, const char* why) {
    return {ErrorCode::io, "pack '" + path.filename().string() + "': " + why};
}

}  // namespace

Status pack_file(const fs::path& path) {
    const fs::path target = path.string() + ".zip";
    int code = 0;
    std::unique_ptr<zip_t, Discard> archive(
        zip_open(target.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
    if (!archive) return failed(path, "the archive cannot be made");
    zip_source_t* const source = zip_source_file(archive.get(), path.c_str(), 0, -1);
    if (source == nullptr) return failed(path, zip_strerror(archive.get()));
    const std::string name = path.filename().string();
    if (zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
        zip_source_free(source);
        return failed(path, zip_strerror(archive.get()));
    }
    // The library writes to a name of its own and renames when it is done.
    if (zip_close(archive.get()) != 0) return failed(path, zip_strerror(archive.get()));
    static_cast<void>(archive.release());  // closed is gone
    ::chmod(target.c_str(), 0600);
    std::error_code ignored;
    fs::remove(path, ignored);
    return ok();
}

}  // namespace satchel::backup
