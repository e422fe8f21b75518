// Strict about what decides over data, lenient about what a newer program may add.
#include "daemon/hub/backup_manifest.h"

#include "shared/base/bytes.h"
#include "shared/json/value.h"

namespace satchel::hub {

namespace {

constexpr json::ParseLimits kLimits{64u << 10, 8};
constexpr std::size_t kDigitsOfHash = 64;

Error unfit(const std::string& why) {
    return {ErrorCode::corrupt,
            "read the manifest of a backup: " + why,
            "use another backup; satchelctl hub backup makes one"};
}

}  // namespace

Result<BackupManifest> parse_manifest(std::string_view text) {
    const auto value = json::parse(text, kLimits);
    if (!value) return unfit(value.error().message);
    auto manifest = json::from_json<BackupManifest>(*value);
    if (!manifest) return unfit(manifest.error().message);
    if (manifest->format > kBackupFormat)
        return Error{ErrorCode::version_mismatch,
                     "read the manifest of a backup: a newer Satchel wrote it",
                     "restore it with the version that made it, or a newer one"};
    if (manifest->format != kBackupFormat) return unfit("its format is unknown");
    if (manifest->file != kBackupDatabase) return unfit("it names a file that is none of ours");
    if (manifest->bytes <= 0 || manifest->schema <= 0) return unfit("its numbers make no sense");
    const auto hash = from_hex(manifest->sha256);
    if (!hash || manifest->sha256.size() != kDigitsOfHash) return unfit("its hash is none");
    return manifest;
}

}  // namespace satchel::hub
