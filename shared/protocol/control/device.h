// Methods about the devices of a workspace: who they are, what they may do, and letting one go.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// One device of the workspace.
struct DeviceSummary {
    std::string id{};
    std::string name{};
    bool self = false;
    std::string state{};     ///< "healthy", "inactive" (no news for 30 days) or "revoked"
    std::string role{};      ///< "normal", "read-only" or "paper"
    std::string added_by{};  ///< name of the device that let it in; its own for the founder
    std::string version{};   ///< of its program, as it last said
    std::optional<json::Time> last_seen{};
    std::int64_t pending_in = 0;  ///< items of it not applied here yet
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceSummary::id>{"id", json::Need::required},
        json::Field<&DeviceSummary::name>{"name"},
        json::Field<&DeviceSummary::self>{"self"},
        json::Field<&DeviceSummary::state>{"state"},
        json::Field<&DeviceSummary::role>{"role"},
        json::Field<&DeviceSummary::added_by>{"added_by"},
        json::Field<&DeviceSummary::version>{"version"},
        json::Field<&DeviceSummary::last_seen>{"last_seen"},
        json::Field<&DeviceSummary::pending_in>{"pending_in"},
    };
};

/// Answer of device.list.
struct DeviceListResponse {
    std::vector<DeviceSummary> devices{};
    std::int64_t epoch = 0;  ///< counts the workspace's keys
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceListResponse::devices>{"devices"},
        json::Field<&DeviceListResponse::epoch>{"epoch"},
    };
};

/// Lists the devices of the workspace.
struct DeviceListRequest {
    static constexpr std::string_view kMethod = "device.list";
    using Response = DeviceListResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Answer of device.revoke, device.rename, device.role and device.rotate.
struct DeviceChangeResponse {
    std::string device{};    ///< its name now; empty for device.rotate
    std::string id{};        ///< empty for device.rotate
    std::int64_t epoch = 0;  ///< the epoch in force
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceChangeResponse::device>{"device"},
        json::Field<&DeviceChangeResponse::id>{"id"},
        json::Field<&DeviceChangeResponse::epoch>{"epoch"},
    };
};

/// Ends a device's membership and begins an epoch without it. Fails with not_found for a device
/// that is no member, invalid_argument for this one and for a name of several, refused when none
/// would be left that may write.
struct DeviceRevokeRequest {
    static constexpr std::string_view kMethod = "device.revoke";
    using Response = DeviceChangeResponse;
    std::string device{};  ///< name, or the start of an id
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceRevokeRequest::device>{"device", json::Need::required},
    };
};

/// Gives a device another name.
struct DeviceRenameRequest {
    static constexpr std::string_view kMethod = "device.rename";
    using Response = DeviceChangeResponse;
    std::string device{};  ///< name, or the start of an id
    std::string name{};
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceRenameRequest::device>{"device", json::Need::required},
        json::Field<&DeviceRenameRequest::name>{"name", json::Need::required},
    };
};

/// Changes what a device may do.
struct DeviceRoleRequest {
    static constexpr std::string_view kMethod = "device.role";
    using Response = DeviceChangeResponse;
    std::string device{};  ///< name, or the start of an id
    std::string role{};    ///< "normal" or "read-only"
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceRoleRequest::device>{"device", json::Need::required},
        json::Field<&DeviceRoleRequest::role>{"role", json::Need::required},
    };
};

/// A device that asks to be let in.
struct WaitingDeviceSummary {
    std::string id{};
    std::string words{};  ///< that its own screen shows, unless the hub lies
    static constexpr auto kFields = std::tuple{
        json::Field<&WaitingDeviceSummary::id>{"id", json::Need::required},
        json::Field<&WaitingDeviceSummary::words>{"words"},
    };
};

/// Answer of device.waiting.
struct DeviceWaitingResponse {
    std::vector<WaitingDeviceSummary> devices{};
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceWaitingResponse::devices>{"devices"},
    };
};

/// Lists the devices that ask to be let in.
struct DeviceWaitingRequest {
    static constexpr std::string_view kMethod = "device.waiting";
    using Response = DeviceWaitingResponse;
    static constexpr auto kFields = std::tuple<>{};
};

/// Lets in the device whose screen shows these words. Fails with not_found when none waits that
/// has them.
struct DeviceApproveRequest {
    static constexpr std::string_view kMethod = "device.approve";
    using Response = DeviceChangeResponse;
    std::string name{};   ///< what it is to be called
    std::string words{};  ///< as its screen shows them
    static constexpr auto kFields = std::tuple{
        json::Field<&DeviceApproveRequest::name>{"name", json::Need::required},
        json::Field<&DeviceApproveRequest::words>{"words", json::Need::required},
    };
};

/// Begins an epoch: what is written from now on is sealed under a new key.
struct DeviceRotateRequest {
    static constexpr std::string_view kMethod = "device.rotate";
    using Response = DeviceChangeResponse;
    static constexpr auto kFields = std::tuple<>{};
};

}  // namespace satchel::control
