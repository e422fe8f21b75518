// Methods of a hub process on its own control socket.
#pragma once

#include "shared/json/fields.h"
#include "shared/protocol/control/workspace.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Admits a device to this hub. The first device founds the workspace.
struct HubRegisterRequest {
    static constexpr std::string_view kMethod = "hub.register";
    using Response = InviteResponse;
    std::string name{};
    static constexpr auto kFields = std::tuple{
        json::Field<&HubRegisterRequest::name>{"name", json::Need::required},
    };
};

/// One row of the hub's audit log.
struct HubAuditRow {
    std::int64_t number = 0;  ///< from 1, without gaps
    json::Time time{};
    std::string device{};     ///< who, when a signature proved it
    std::string address{};    ///< from where; "operator": on the hub's machine
    std::string operation{};  ///< "found", "member.revoke", "push"
    std::string subject{};    ///< the device or workspace it is about
    std::string result{};     ///< "ok", or the refusal's name
    std::int64_t count = 0;   ///< how often; refusals are gathered for a while
    static constexpr auto kFields = std::tuple{
        json::Field<&HubAuditRow::number>{"number"},
        json::Field<&HubAuditRow::time>{"time"},
        json::Field<&HubAuditRow::device>{"device"},
        json::Field<&HubAuditRow::address>{"address"},
        json::Field<&HubAuditRow::operation>{"operation"},
        json::Field<&HubAuditRow::subject>{"subject"},
        json::Field<&HubAuditRow::result>{"result"},
        json::Field<&HubAuditRow::count>{"count"},
    };
};

/// Answer of hub.audit.
struct HubAuditResponse {
    std::vector<HubAuditRow> rows{};  ///< the newest, oldest of them first
    bool verified = false;            ///< it was asked to, and every row follows the one before it
    std::string problem{};            ///< what does not, when it was asked to
    std::int64_t total = 0;           ///< rows read to verify
    std::string link{};               ///< of the newest row; note it elsewhere to compare later
    static constexpr auto kFields = std::tuple{
        json::Field<&HubAuditResponse::rows>{"rows"},
        json::Field<&HubAuditResponse::verified>{"verified"},
        json::Field<&HubAuditResponse::problem>{"problem"},
        json::Field<&HubAuditResponse::total>{"total"},
        json::Field<&HubAuditResponse::link>{"link"},
    };
};

/// Asks who did what at this hub.
struct HubAuditRequest {
    static constexpr std::string_view kMethod = "hub.audit";
    using Response = HubAuditResponse;
    std::int64_t limit = 50;  ///< of rows, at most 1,000
    bool verify = false;      ///< read all rows and compare
    static constexpr auto kFields = std::tuple{
        json::Field<&HubAuditRequest::limit>{"limit"},
        json::Field<&HubAuditRequest::verify>{"verify"},
    };
};

/// Answer of hub.backup.
struct HubBackupResponse {
    std::string path{};  ///< the folder with the copy and its manifest
    json::Time time{};
    std::int64_t bytes = 0;    ///< of the copy; with dry_run of the database now
    std::string sha256{};      ///< of the copy
    std::int64_t devices = 0;  ///< admitted
    std::int64_t objects = 0;  ///< sealed segments
    std::int64_t removed = 0;  ///< older backups that went
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&HubBackupResponse::path>{"path"},
        json::Field<&HubBackupResponse::time>{"time"},
        json::Field<&HubBackupResponse::bytes>{"bytes"},
        json::Field<&HubBackupResponse::sha256>{"sha256"},
        json::Field<&HubBackupResponse::devices>{"devices"},
        json::Field<&HubBackupResponse::objects>{"objects"},
        json::Field<&HubBackupResponse::removed>{"removed"},
        json::Field<&HubBackupResponse::dry_run>{"dry_run"},
    };
};

/// Copies the hub's database while the hub serves.
struct HubBackupRequest {
    static constexpr std::string_view kMethod = "hub.backup";
    using Response = HubBackupResponse;
    std::string to{};       ///< absolute path of the folder for backups; empty: the hub's own
    std::int64_t keep = 0;  ///< older backups there beyond so many go; 0: none
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&HubBackupRequest::to>{"to"},
        json::Field<&HubBackupRequest::keep>{"keep"},
        json::Field<&HubBackupRequest::dry_run>{"dry_run"},
    };
};

/// A device as a hub knows it; its name is sealed.
struct HubDevice {
    std::string device{};
    std::string workspace{};
    std::string standing{};                    ///< "member", "reader", "revoked" or "waiting"
    std::optional<json::Time> last_push{};     ///< when its head last changed
    std::optional<json::Time> last_request{};  ///< since the hub's start
    std::int64_t requests = 0;                 ///< since the hub's start
    std::int64_t objects = 0;                  ///< sealed segments stored of it
    std::int64_t bytes = 0;                    ///< of these segments
    static constexpr auto kFields = std::tuple{
        json::Field<&HubDevice::device>{"device"},
        json::Field<&HubDevice::workspace>{"workspace"},
        json::Field<&HubDevice::standing>{"standing"},
        json::Field<&HubDevice::last_push>{"last_push"},
        json::Field<&HubDevice::last_request>{"last_request"},
        json::Field<&HubDevice::requests>{"requests"},
        json::Field<&HubDevice::objects>{"objects"},
        json::Field<&HubDevice::bytes>{"bytes"},
    };
};

/// Answer of hub.devices.
struct HubDevicesResponse {
    std::vector<HubDevice> devices{};  ///< the first 2,000
    static constexpr auto kFields = std::tuple{
        json::Field<&HubDevicesResponse::devices>{"devices"},
    };
};

/// Asks which devices this hub knows.
struct HubDevicesRequest {
    static constexpr std::string_view kMethod = "hub.devices";
    using Response = HubDevicesResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of a restore, which the hub's program does by itself while no hub runs.
struct HubRestoreResponse {
    std::string path{};  ///< the backup
    json::Time time{};   ///< of the backup
    std::int64_t bytes = 0;
    std::int64_t devices = 0;
    std::int64_t objects = 0;
    std::string replaced{};  ///< the folder with what was there; empty: nothing was
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&HubRestoreResponse::path>{"path"},
        json::Field<&HubRestoreResponse::time>{"time"},
        json::Field<&HubRestoreResponse::bytes>{"bytes"},
        json::Field<&HubRestoreResponse::devices>{"devices"},
        json::Field<&HubRestoreResponse::objects>{"objects"},
        json::Field<&HubRestoreResponse::replaced>{"replaced"},
        json::Field<&HubRestoreResponse::dry_run>{"dry_run"},
    };
};

/// Answer of hub.status.
struct HubStatusResponse {
    std::string listen{};  ///< address and port
    std::string url{};     ///< that devices use; empty: not told
    bool tls = false;
    std::int64_t devices = 0;   ///< admitted
    std::int64_t objects = 0;   ///< sealed segments stored
    std::int64_t bytes = 0;     ///< of these segments
    std::int64_t requests = 0;  ///< answered since the start, refused ones too
    std::int64_t uptime_ms = 0;
    std::int64_t database_bytes = 0;          ///< of the file, with its log
    std::optional<json::Time> last_backup{};  ///< that went well
    std::optional<json::Time> tls_expires{};  ///< of the certificate in use
    std::string tls_problem{};                ///< why a changed certificate is not in use
    std::string metrics{};                    ///< address and port of /metrics; empty: not served
    static constexpr auto kFields = std::tuple{
        json::Field<&HubStatusResponse::listen>{"listen"},
        json::Field<&HubStatusResponse::url>{"url"},
        json::Field<&HubStatusResponse::tls>{"tls"},
        json::Field<&HubStatusResponse::devices>{"devices"},
        json::Field<&HubStatusResponse::objects>{"objects"},
        json::Field<&HubStatusResponse::bytes>{"bytes"},
        json::Field<&HubStatusResponse::requests>{"requests"},
        json::Field<&HubStatusResponse::uptime_ms>{"uptime_ms"},
        json::Field<&HubStatusResponse::database_bytes>{"database_bytes"},
        json::Field<&HubStatusResponse::last_backup>{"last_backup"},
        json::Field<&HubStatusResponse::tls_expires>{"tls_expires"},
        json::Field<&HubStatusResponse::tls_problem>{"tls_problem"},
        json::Field<&HubStatusResponse::metrics>{"metrics"},
    };
};

/// Asks what this hub holds and serves.
struct HubStatusRequest {
    static constexpr std::string_view kMethod = "hub.status";
    using Response = HubStatusResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
