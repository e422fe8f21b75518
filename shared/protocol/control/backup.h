// Methods about backups: copies of what a projection was about to change, and writing out what the
// store keeps without showing it.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// One copy.
struct BackupCopy {
    std::string id{};      ///< eight hexadecimal digits
    std::string cycle{};   ///< of the copies made together
    std::string source{};  ///< whose file or database it was
    std::string path{};    ///< below the source's folder; a database's own path
    std::string kind{};    ///< "file" or "database"
    std::string format{};  ///< "copy": a plain file; "zip": in the archive of its cycle
    std::int64_t size_bytes = 0;
    json::Time time{};  ///< when it was made
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupCopy::id>{"id", json::Need::required},
        json::Field<&BackupCopy::cycle>{"cycle"},
        json::Field<&BackupCopy::source>{"source"},
        json::Field<&BackupCopy::path>{"path"},
        json::Field<&BackupCopy::kind>{"kind"},
        json::Field<&BackupCopy::format>{"format"},
        json::Field<&BackupCopy::size_bytes>{"size_bytes"},
        json::Field<&BackupCopy::time>{"time"},
    };
};

/// Something that was not done, and why.
struct BackupSkipped {
    std::string item{};
    std::string reason{};
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupSkipped::item>{"item"},
        json::Field<&BackupSkipped::reason>{"reason"},
    };
};

/// Answer of backup.list.
struct BackupListResponse {
    std::vector<BackupCopy> copies{};      ///< newest cycle first
    std::int64_t total = 0;                ///< copies that fit, told or not
    std::vector<BackupSkipped> refused{};  ///< cycles of which nothing is used, and why
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupListResponse::copies>{"copies"},
        json::Field<&BackupListResponse::total>{"total"},
        json::Field<&BackupListResponse::refused>{"refused"},
    };
};

/// Lists the copies that are kept.
struct BackupListRequest {
    static constexpr std::string_view kMethod = "backup.list";
    using Response = BackupListResponse;
    std::string source{};  ///< empty: any
    std::string path{};    ///< empty: any
    std::string cycle{};   ///< empty: any; ".zip" at its end is passed over
    std::int64_t limit = 1'000;
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupListRequest::source>{"source"},
        json::Field<&BackupListRequest::path>{"path"},
        json::Field<&BackupListRequest::cycle>{"cycle"},
        json::Field<&BackupListRequest::limit>{"limit"},
    };
};

/// Answer of backup.create.
struct BackupCreateResponse {
    std::string cycle{};  ///< empty when nothing was copied
    std::int64_t copies = 0;
    std::int64_t bytes = 0;
    std::vector<BackupSkipped> skipped{};
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupCreateResponse::cycle>{"cycle"},
        json::Field<&BackupCreateResponse::copies>{"copies"},
        json::Field<&BackupCreateResponse::bytes>{"bytes"},
        json::Field<&BackupCreateResponse::skipped>{"skipped"},
    };
};

/// Copies what the sources hold now: every file that travels, every database.
struct BackupCreateRequest {
    static constexpr std::string_view kMethod = "backup.create";
    using Response = BackupCreateResponse;
    std::string source{};  ///< empty: all
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupCreateRequest::source>{"source"},
        json::Field<&BackupCreateRequest::dry_run>{"dry_run"},
    };
};

/// Answer of backup.restore and source.restore.
struct RestoreResponse {
    std::vector<std::string> written{};  ///< full paths, the first 1,000
    std::int64_t count = 0;              ///< files written, or that would be
    std::vector<BackupSkipped> skipped{};
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&RestoreResponse::written>{"written"},
        json::Field<&RestoreResponse::count>{"count"},
        json::Field<&RestoreResponse::skipped>{"skipped"},
        json::Field<&RestoreResponse::dry_run>{"dry_run"},
    };
};

/// Puts copies back where they were, or into another folder. What is there is backed up first; a
/// file that a program has open, that is newer than the copy, or that would get other settings that
/// can run code, is left alone. Databases go into another folder only.
struct BackupRestoreRequest {
    static constexpr std::string_view kMethod = "backup.restore";
    using Response = RestoreResponse;
    std::string id{};      ///< of one copy; empty: all of the cycle
    std::string cycle{};   ///< "last": the newest; ".zip" at its end is passed over
    std::string source{};  ///< of a cycle: only this one's
    std::string to{};      ///< absolute; empty: where they were
    bool force = false;    ///< also over files that were written since the copy was made
    bool approve = false;  ///< with an id: also settings in it that can run code
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupRestoreRequest::id>{"id"},
        json::Field<&BackupRestoreRequest::cycle>{"cycle"},
        json::Field<&BackupRestoreRequest::source>{"source"},
        json::Field<&BackupRestoreRequest::to>{"to"},
        json::Field<&BackupRestoreRequest::force>{"force"},
        json::Field<&BackupRestoreRequest::approve>{"approve"},
        json::Field<&BackupRestoreRequest::dry_run>{"dry_run"},
    };
};

/// Answer of backup.verify.
struct BackupVerifyResponse {
    std::int64_t good = 0;
    std::vector<BackupSkipped> bad{};  ///< copies that are damaged or gone
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupVerifyResponse::good>{"good"},
        json::Field<&BackupVerifyResponse::bad>{"bad"},
    };
};

/// Reads every copy again, or one, and compares it with what was copied.
struct BackupVerifyRequest {
    static constexpr std::string_view kMethod = "backup.verify";
    using Response = BackupVerifyResponse;
    std::string id{};  ///< empty: all
    static constexpr auto kFields = std::tuple{
        json::Field<&BackupVerifyRequest::id>{"id"},
    };
};

/// Writes out files that the store keeps and does not show: archived ones, and those deleted here
/// that stay elsewhere, as far as their content is here. Without a folder, transcripts that were
/// deleted here come back where they were, when the next cycle has fetched their lines.
struct SourceRestoreRequest {
    static constexpr std::string_view kMethod = "source.restore";
    using Response = RestoreResponse;
    std::string name{};
    std::string pattern{};  ///< of paths; empty: all
    std::string to{};       ///< absolute; empty: where they were
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&SourceRestoreRequest::name>{"name", json::Need::required},
        json::Field<&SourceRestoreRequest::pattern>{"pattern"},
        json::Field<&SourceRestoreRequest::to>{"to"},
        json::Field<&SourceRestoreRequest::dry_run>{"dry_run"},
    };
};

}  // namespace satchel::control
