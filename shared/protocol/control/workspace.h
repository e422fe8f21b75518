// Methods about joining a workspace.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Answer of workspace.join. Nothing was saved unless it came.
struct WorkspaceJoinResponse {
    std::string workspace{};
    std::string device{};
    std::string device_id{};
    std::string hub_url{};
    bool founded = false;  ///< this device is the first one
    bool waiting = false;  ///< an enrolled device has to approve this one first
    std::string words{};   ///< that the enrolled device has to show, too; empty unless it waits
    bool moved = false;    ///< this device was enrolled, and uses another hub or address now
    std::vector<std::string> lines{};  ///< what the move did, or would do
    static constexpr auto kFields = std::tuple{
        json::Field<&WorkspaceJoinResponse::workspace>{"workspace"},
        json::Field<&WorkspaceJoinResponse::device>{"device"},
        json::Field<&WorkspaceJoinResponse::device_id>{"device_id"},
        json::Field<&WorkspaceJoinResponse::hub_url>{"hub_url"},
        json::Field<&WorkspaceJoinResponse::founded>{"founded"},
        json::Field<&WorkspaceJoinResponse::waiting>{"waiting"},
        json::Field<&WorkspaceJoinResponse::words>{"words"},
        json::Field<&WorkspaceJoinResponse::moved>{"moved"},
        json::Field<&WorkspaceJoinResponse::lines>{"lines"},
    };
};

/// Joins with a one-time join string: checks it against the hub, then saves. On an enrolled device
/// the workspace moves to the hub of the join string or address. Fails with offline (cannot reach)
/// and refused (reached, but not accepted).
struct WorkspaceJoinRequest {
    static constexpr std::string_view kMethod = "workspace.join";
    using Response = WorkspaceJoinResponse;
    std::string join_string{};  ///< may be empty where an address is enough: on an enrolled device
    std::string hub_url{};      ///< empty: the one in the join string
    std::string device_name{};  ///< empty: the host name
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&WorkspaceJoinRequest::join_string>{"join_string"},
        json::Field<&WorkspaceJoinRequest::hub_url>{"hub_url"},
        json::Field<&WorkspaceJoinRequest::device_name>{"device_name"},
        json::Field<&WorkspaceJoinRequest::dry_run>{"dry_run"},
    };
};

/// Answer of workspace.leave.
struct WorkspaceLeaveResponse {
    std::string device{};     ///< what it was called
    std::int64_t unsent = 0;  ///< items that stay here and the workspace does not get
    bool revoked = false;     ///< the hub and the other devices know that it left
    static constexpr auto kFields = std::tuple{
        json::Field<&WorkspaceLeaveResponse::device>{"device"},
        json::Field<&WorkspaceLeaveResponse::unsent>{"unsent"},
        json::Field<&WorkspaceLeaveResponse::revoked>{"revoked"},
    };
};

/// Sends what it can, ends this device's membership, and forgets its keys; files, databases and the
/// declared sources stay. Fails with offline when the hub cannot be told, and with refused when no
/// device would be left that may write.
struct WorkspaceLeaveRequest {
    static constexpr std::string_view kMethod = "workspace.leave";
    using Response = WorkspaceLeaveResponse;
    bool dry_run = false;
    bool force = false;        ///< leave though the hub cannot be told, or is left without writers
    bool keep_device = false;  ///< tell nobody: another copy of this device goes on
    static constexpr auto kFields = std::tuple{
        json::Field<&WorkspaceLeaveRequest::dry_run>{"dry_run"},
        json::Field<&WorkspaceLeaveRequest::force>{"force"},
        json::Field<&WorkspaceLeaveRequest::keep_device>{"keep_device"},
    };
};

/// A one-time join string. The client prints it and keeps it nowhere.
struct InviteResponse {
    std::string join_string{};
    std::string device{};
    std::string hub_url{};
    std::optional<json::Time> expires{};
    bool approved = false;  ///< false: `device approve` is needed after the join
    static constexpr auto kFields = std::tuple{
        json::Field<&InviteResponse::join_string>{"join_string", json::Need::required},
        json::Field<&InviteResponse::device>{"device"},
        json::Field<&InviteResponse::hub_url>{"hub_url"},
        json::Field<&InviteResponse::expires>{"expires"},
        json::Field<&InviteResponse::approved>{"approved"},
    };
};

/// Makes a join string for a new device; needs an enrolled device.
struct WorkspaceInviteRequest {
    static constexpr std::string_view kMethod = "workspace.invite";
    using Response = InviteResponse;
    std::string name{};
    static constexpr auto kFields = std::tuple{
        json::Field<&WorkspaceInviteRequest::name>{"name", json::Need::required},
    };
};

}  // namespace satchel::control
