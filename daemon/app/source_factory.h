// From what a person declared to the source that does it.
#pragma once

#include "daemon/backup/backups.h"
#include "daemon/crypto/random.h"
#include "daemon/profiles/profile.h"
#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/secret_names.h"
#include "daemon/sources/source.h"
#include "daemon/sources/sqlite_tables/sqlite_tables.h"
#include "daemon/store/declarations.h"
#include "shared/base/clock.h"
#include "shared/protocol/control/source.h"

#include <memory>

namespace satchel::app {

inline constexpr std::string_view kTablesKind = "tables";
inline constexpr std::string_view kFilesKind = "files";

/// What every source is given; all of it outlives the sources.
struct SourceSurroundings {
    const sources::IdMaker& ids;
    const Clock& clock;
    crypto::RandomSource& random;
    backup::Backups& backups;
    sources::SecretExceptions secrets{};  ///< a person's word on single settings
    std::filesystem::path home{};         ///< of this user, for what lies below it on each device
    profiles::Shelf profiles{};           ///< a person's own profiles
    bool makes_backups = true;            ///< before a source is written
};

/// Completes and checks a person's wish: kind, name and profile are found from the path where they
/// are open; `profiles` are a person's own. Errors: not_found, invalid_argument with
/// the next step, bad_config.
Result<control::SourceAddRequest> complete_request(control::SourceAddRequest request,
                                                   const profiles::Shelf& profiles);
/// The rules of a completed wish: what a person excluded, what they said, then the profile's.
Result<std::vector<sources::FileRule>> tree_rules(const control::SourceAddRequest& request,
                                                  const std::vector<std::string>& excludes,
                                                  const profiles::Profile& profile);
/// The completed wish behind a declaration.
Result<control::SourceAddRequest> request_of(const store::Declaration& declaration);
/// False for the source of a profile that names its files: another source may have the same folder.
bool is_walked_by(const store::Declaration& declaration, const profiles::Shelf& profiles);
/// The declaration that keeps a completed wish.
store::Declaration to_declaration(const control::SourceAddRequest& request, LaneId lane);
/// The source behind a declaration; `bad_config` when its options make no sense.
Result<std::unique_ptr<sources::Source>> make_source(const store::Declaration& declaration,
                                                     const SourceSurroundings& surroundings);
/// How the tables of a completed wish are read; invalid_argument when its options make no sense.
Result<sources::SqliteTablesSettings> tables_settings(const control::SourceAddRequest& request,
                                                      const SourceSurroundings& surroundings);
/// The declaration of our own catalog, the first source of every device.
store::Declaration catalog_declaration(const std::filesystem::path& catalog, LaneId lane);

}  // namespace satchel::app
