// The manifest beside a backup of a hub: what the copy holds and what its bytes must be.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

namespace satchel::hub {

inline constexpr std::string_view kBackupManifest = "manifest.json";
inline constexpr std::string_view kBackupDatabase = "hub.db";
inline constexpr std::int64_t kBackupFormat = 1;

/// Stands in manifest.json, written after the copy is whole.
struct BackupManifest {
    std::int64_t format = 0;  ///< of this file
    std::string hub{};        ///< id of the hub the copy is of
    std::string version{};    ///< of the program that made it
    std::int64_t schema = 0;  ///< of the database
    json::Time time{};
    std::string file{};  ///< name of the copy, always "hub.db"
    std::int64_t bytes = 0;
    std::string sha256{};  ///< of the copy, 64 hexadecimal digits
    std::int64_t devices = 0;
    std::int64_t segments = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupManifest::format>{"format", json::Need::required},
        json::Field<&BackupManifest::hub>{"hub", json::Need::required},
        json::Field<&BackupManifest::version>{"version", json::Need::required},
        json::Field<&BackupManifest::schema>{"schema", json::Need::required},
        json::Field<&BackupManifest::time>{"time", json::Need::required},
        json::Field<&BackupManifest::file>{"file", json::Need::required},
        json::Field<&BackupManifest::bytes>{"bytes", json::Need::required},
        json::Field<&BackupManifest::sha256>{"sha256", json::Need::required},
        json::Field<&BackupManifest::devices>{"devices"},
        json::Field<&BackupManifest::segments>{"segments"},
    };
};

/// Judges the text of a manifest. Errors: corrupt, version_mismatch (a newer program wrote it).
Result<BackupManifest> parse_manifest(std::string_view text);

}  // namespace satchel::hub
